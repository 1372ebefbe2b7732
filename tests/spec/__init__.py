"""The specification as cases: tables, model and query in, rows out."""
