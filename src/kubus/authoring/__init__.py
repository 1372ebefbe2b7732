"""A data model while somebody works at it in a browser: its tables, files, findings, names by place, and its graph."""
