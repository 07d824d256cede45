"""The legal life of a hold, pure: terms from pack data and the tenant's zone, never from a country's name."""
