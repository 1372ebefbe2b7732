"""Plan to Plan: each step keeps the answer."""
