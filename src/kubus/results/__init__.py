"""What a Python program has of an answer: rows with what their columns are, as a table, a chart, a data frame."""
