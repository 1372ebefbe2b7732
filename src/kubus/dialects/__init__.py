"""What sqlglot does not say about a database."""
