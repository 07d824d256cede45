"""Holdfast: one durable call in, a decision with its legal reason out, then the hold with its legal clock."""

__version__ = "0.1.0"
