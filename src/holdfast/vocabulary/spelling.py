"""Guesses the word that was meant, for hints to whoever misspelt it."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Give the known word nearest to `word`, empty when none is at least so alike (0 to 1)."""
    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=likeness)), "")


def meant(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Ask whether the nearest known word was meant; where none is near, say what helps `otherwise`."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else otherwise


def one_of(words: Iterable[str]) -> str:
    """List what may be said, empty when that is nothing."""
    listed = ", ".join(f"`{word}`" for word in sorted(words))
    return f"one of {listed}" if listed else ""
