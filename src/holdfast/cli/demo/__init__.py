"""`holdfast demo`: an invented bank's days, played through the real HTTP door and watched while they are decided."""

from holdfast.cli.demo.command import demo

__all__ = ["demo"]
