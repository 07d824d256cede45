"""Named values per entity and pair: the fold that turns the log of events into what rules ask of the past."""
