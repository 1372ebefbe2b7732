"""The leak prover: change what a caller must not see, and look for a difference in what they are told."""
