"""Tests of data models: rows that are given, a query and who asks it, and what has to come of it."""
