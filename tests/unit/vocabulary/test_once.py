"""Work for a part is done once while the part lives, and never answered for another."""

from holdfast.vocabulary.once import Once


def test_the_same_object_is_answered_once() -> None:
    """A second question about one object does no work; an equal object is another one."""
    asked: list[tuple[int, ...]] = []

    def count(part: tuple[int, ...]) -> int:
        asked.append(part)
        return len(part)

    once = Once(count)
    part = tuple(range(3))
    assert [once(part), once(part), once(tuple(range(3)))] == [3, 3, 3]
    assert len(asked) == 2


def test_no_object_gets_the_answer_of_one_that_is_gone() -> None:
    """However many objects come and go, whose numbers are used again, each gets its own answer, in bounded memory."""
    once: Once[tuple[int, ...], list[int]] = Once(list)
    assert all(once((number, number + 1)) == [number, number + 1] for number in range(20_000))
    assert len(once._made) <= 4_096
