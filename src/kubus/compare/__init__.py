"""Two versions of a data model: what differs in meaning, and what that does to numbers and to queries."""
