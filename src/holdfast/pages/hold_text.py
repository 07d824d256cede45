"""What can be read on a page, as plain text: this is what is kept as proof of what the client saw."""

from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "li", "dt", "dd", "section", "form", "fieldset", "legend", "label", "button", "footer"}
)


class _Reader(HTMLParser):
    """Collects the text between tags, a line for each block; the head and links to other languages say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        """Begin a line, or leave out what is not read."""
        self._unread += tag in {"head", "nav"}
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line."""
        self._unread -= tag in {"head", "nav"}
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Take the text."""
        if not self._unread:
            self.parts.append(data.replace("\n", " "))


def readable_text(page: str) -> str:
    """Give the text of a page, a line for each block."""
    reader = _Reader()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
