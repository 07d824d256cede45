"""Ids that a file had already are recognised, with and without the same content."""

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.operations.seen_ids import SeenIds


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=6), st.integers(0, 3))))
def test_it_answers_as_a_dictionary_would(pairs: list[tuple[str, int]]) -> None:
    """New ids are new, known ones say whether their first content came again."""
    seen, known = SeenIds(), dict[str, int]()
    for name, content in pairs:
        assert seen.meet(name, content) == (known[name] == content if name in known else None)
        known.setdefault(name, content)
    assert len(seen) == len(known)


def test_it_grows_without_forgetting() -> None:
    """Many ids stay known when the table is made larger."""
    seen = SeenIds()
    assert all(seen.meet(f"id-{number}", number) is None for number in range(20_000))
    assert all(seen.meet(f"id-{number}", number) for number in range(20_000))
