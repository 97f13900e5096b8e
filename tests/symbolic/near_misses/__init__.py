"""Hand-written pairs of answers that a careless comparison gets wrong, named after the hazard."""
