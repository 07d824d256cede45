"""What the pages of a book are made of: `hold`, `capture`, and the demonstration's, whose name is empty."""

from pathlib import Path

from jinja2 import Environment
from jinja2.meta import find_referenced_templates

from holdfast.pages import words

ROOM = Path(words.__file__).parent
TEMPLATES = ROOM / "templates"


def made_of(book: str) -> list[Path]:
    """List a book's templates, and whatever these extend or import."""
    found = sorted((TEMPLATES / book).glob("*.html"))
    for path in found:  # which grows meanwhile
        named = find_referenced_templates(Environment(autoescape=True).parse(path.read_text()))
        found += [TEMPLATES / name for name in named if name is not None and TEMPLATES / name not in found]
    return found


def source(book: str) -> str:
    """Give all these templates as one text."""
    return "\n".join(path.read_text() for path in made_of(book))
