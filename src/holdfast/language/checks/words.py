"""A field with a closed set of words is only compared with one of them."""

from holdfast.language.faults import fault, nearest
from holdfast.language.nodes import Constant, FieldName, Node


def check_words(left: Node, right: Node) -> None:
    """Refuse a word that the field on the other side can never hold."""
    for field, word in ((left, right), (right, left)):
        if not (isinstance(field, FieldName) and field.words and isinstance(word, Constant)):
            continue
        value = word.value
        if isinstance(value, str) and value not in field.words:
            near = nearest(value, field.words)
            expected = "one of " + ", ".join(f"`{known}`" for known in field.words)
            raise fault(f"`{field.path}` is never `{value}`", word.span, expected=expected, near=near)
