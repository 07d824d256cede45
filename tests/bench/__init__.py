"""Figures: what things cost on this machine. Nothing here passes or fails by time."""
