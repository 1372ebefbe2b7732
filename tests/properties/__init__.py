"""What must hold for every model, every data set and every query, checked on random ones."""
