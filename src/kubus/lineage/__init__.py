"""What every member is made of, down to columns, and what is made of it."""
