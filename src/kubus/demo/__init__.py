"""The demo: a shop's data for two years, and a data model of it."""
