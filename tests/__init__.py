"""Tests: unit, conformance, acceptance, golden, migration, house, bench."""
