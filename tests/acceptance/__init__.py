"""Drives the running product from outside."""
