"""Is this configuration fit for production? Checks of settings, model and databases, each with its remedy."""
