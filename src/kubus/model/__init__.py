"""What the data means: a data model, compiled and frozen."""
