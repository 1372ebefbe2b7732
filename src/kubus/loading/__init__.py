"""Files to Model; every model error, with file and line."""
