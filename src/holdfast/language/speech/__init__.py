"""Expressions as sentences in Russian and English, for people who approve rules and answer for decisions."""
