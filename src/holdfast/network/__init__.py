"""Links between listings, sellers, messages and devices: what else is known of what an event is about."""
