"""Regulation packs: law as dated, cited data.

This room reads a pack's bytes strictly (`parse_pack`), says where its id puts it (`place_of`), answers which packs
the words of `--packs` mean (`select`), what was in force at an instant (`as_of`) and at which instants anything
changes (`boundaries`). The shipped packs stand in `packs/<jurisdiction>/<instrument>.yaml`; `app` reads the files.
Expressions stay text here: `rules` compiles them.
"""

from holdfast.regulation.parse import parse_pack, place_of
from holdfast.regulation.selection import select
from holdfast.regulation.timeline import PacksInForce, as_of, boundaries

__all__ = ["PacksInForce", "as_of", "boundaries", "parse_pack", "place_of", "select"]
