"""Which model and which connections answer for a caller."""
