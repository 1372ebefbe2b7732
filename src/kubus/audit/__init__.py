"""Who asked what, and what became of it: records in a chain, written before an answer leaves."""
