"""Signs of law and rules of the house, compiled for the law of one day and evaluated over frozen facts."""
