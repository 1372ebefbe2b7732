"""The JSON of queries, answers and metadata, shared by all APIs."""
