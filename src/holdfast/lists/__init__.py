"""Membership of values in lists, with source, version, reason and expiry; snapshots and their differences.

A list in memory is flat arrays and one open-addressing table over keyed hashes, so that a regulator's million of
entries costs tens of megabytes and a question about one identifier about a microsecond. No value stands in memory.
"""
