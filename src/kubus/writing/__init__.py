"""Definitions as the text of a model file, of YAML or of Python; and files turned from one into the other."""
