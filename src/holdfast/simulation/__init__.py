"""Invented worlds: a seeded bank, its clients' honest lives, the frauds among them, and the truth about each.

Nothing here is anybody's: people, companies, accounts, numbers and addresses are made up from a seed.
The same world gives the same stream, byte for byte, on every machine; no clock is read and no randomness
is taken from outside. `World` says what to invent, `stream` tells it, `list_entries` and `feed_loads` give
the regulators' lists that belong to it, `scripts` holds short fixed stories for pages and demonstrations,
and `report` compares what was decided with what was true.
"""
