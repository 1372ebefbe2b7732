"""How an answer is computed."""
