"""Who vouches for a caller."""
