"""Training: the past as a matrix of features and labels, and a model that was fitted, calibrated and judged on it."""
