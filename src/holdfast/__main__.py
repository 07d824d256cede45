"""Lets `python -m holdfast` be the command."""

from holdfast.cli import main

main()
