"""The measures, one idea a file. Each is a function that takes the bench and yields figures."""
