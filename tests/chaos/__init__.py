"""Servers that die and disks that fail, under a client that keeps its own ledger."""
