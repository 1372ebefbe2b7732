"""A data model made of what a database holds: tables and their columns, keys, and how they meet."""
