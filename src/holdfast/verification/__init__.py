"""Sessions of identity verification: states, what is bound, freshness, attempts; pure functions over acts."""
