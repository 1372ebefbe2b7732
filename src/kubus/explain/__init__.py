"""Why a query is answered as it is: its plan told to people, and what a careless answer would have been."""
