"""A data model beside the tables that it is about: what the database refuses, and what it has instead."""
