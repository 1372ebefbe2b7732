"""The REST endpoints, one a file."""
