"""The brands that links imitate, as a pack declares them."""

import re
from typing import Final

from holdfast.regulation.nodes import Node
from holdfast.regulation.sections import texts
from holdfast.vocabulary.packs import Brand

_NAME: Final = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_HOST: Final = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*\.[^\W_]{2,}")


def read_brand(node: Node) -> Brand:
    """Read one brand: its names as they stand in host names, and the hosts that are its own."""
    fields = node.fields(("id", "hosts"), ("names", "words"))
    if "names" not in fields and "words" not in fields:
        raise node.fault("a brand needs a name", "add `names`, or `words` where its name is an ordinary word too")
    for key, pattern, form in (
        ("hosts", _HOST, "a host such as `example.kz`, without scheme and path"),
        ("names", _NAME, "one word as it stands in a host name"),
        ("words", _NAME, "one word as it stands in a host name"),
    ):
        for item in fields[key].items() if key in fields else ():
            if not pattern.fullmatch(item.text()) or item.text() != item.text().lower():
                raise item.fault(f"`{item.text()}` cannot be one of the {key}", f"write {form}, in small letters")
    return Brand(
        id=fields["id"].text(),
        names=texts(fields, "names"),
        hosts=texts(fields, "hosts"),
        words=texts(fields, "words"),
    )
