"""Checks of the model: against proof (known answers, a Markov chain) and against the world."""
