"""Plan to Statement."""
