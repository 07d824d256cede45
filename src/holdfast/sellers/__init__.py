"""A seller's standing with the marketplace: strikes that expire, appeals, and what follows from how many are live."""
