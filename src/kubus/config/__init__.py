"""Settings: what the environment says, as one frozen object."""
