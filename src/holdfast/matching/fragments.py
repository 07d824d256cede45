"""Links that are sent in parts: what a message may leave over for the next one, and what the two make together."""

import re
from typing import Final

from holdfast.matching.hosts import Link
from holdfast.matching.links import links_in
from holdfast.matching.scripts import visible

LONGEST: Final = 96
_END: Final = re.compile(r"[\w.:/@%?=&#~+-]{1,96}$")
_BEGIN: Final = re.compile(r"^[\w.:/@%?=&#~+-]+")
_LETTER: Final = re.compile(r"[a-z]")
_AFTER: Final = 48


def left_over(text: str, before: str = "") -> str:
    """Give the end of a message that may be the beginning of a link: its last word, if that has a Latin letter.

    A message of one word goes on with what was left `before` it. Nothing is left over of a message that ends in a
    word of another script or in a number, so that hardly anything of what people write is ever kept.
    """
    plain = visible(text).strip()
    found = _END.search(plain)
    if found is None:
        return ""
    end = found[0]
    if end == plain and before:
        end = before + end
    return end[-LONGEST:] if _LETTER.search(end) else ""


def joined_links(before: str, text: str) -> tuple[Link, ...]:
    """Find links that stand in what was left over and a message together, and in neither of them alone."""
    plain = visible(text).strip()
    begin = _BEGIN.search(plain)
    if not before or not plain:
        return ()
    alone = {link.host for part in (before, plain) for link in links_in(part)}
    tried = [f"{before} {plain[:_AFTER]}", *([before + begin[0]] if begin is not None else [])]
    found = {link.host: link for joined in tried for link in links_in(joined) if link.host not in alone}
    return tuple(found.values())
