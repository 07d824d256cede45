"""Scores: a model's trees over features written in the rule language, calibrated, with reasons and a watch on drift."""
