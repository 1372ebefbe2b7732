"""What must hold for a whole model, one check a function."""
