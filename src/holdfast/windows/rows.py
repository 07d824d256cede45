"""The rows of an entity, linked in the order of (instant, sequence)."""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import E_COUNT, E_ENDS, R_AT, R_LINK, R_MARKS, R_SEQ, Words, lower, pack, upper

# rows and their order


@compiled
def earlier(heap: Words, left: int, right: int) -> bool:
    """Whether row `left` stands before row `right`."""
    if heap[left + R_AT] != heap[right + R_AT]:
        return bool(heap[left + R_AT] < heap[right + R_AT])
    return bool(heap[left + R_SEQ] < heap[right + R_SEQ])


@compiled
def newer(heap: Words, row: int) -> int:
    """Give the next row, or 0."""
    return lower(heap[row + R_LINK])


@compiled
def older(heap: Words, row: int) -> int:
    """Give the previous row, or 0."""
    return upper(heap[row + R_LINK])


@compiled
def newer_match(heap: Words, row: int, need: int) -> int:
    """Give the next row that has the marks, or 0."""
    row = newer(heap, row)
    while row != 0 and heap[row + R_MARKS] & need != need:
        row = newer(heap, row)
    return row


@compiled
def older_match(heap: Words, row: int, need: int) -> int:
    """Give the previous row that has the marks, or 0."""
    row = older(heap, row)
    while row != 0 and heap[row + R_MARKS] & need != need:
        row = older(heap, row)
    return row


@compiled
def link_row(heap: Words, entity: int, row: int, before: int) -> None:
    """Put a row behind `before` (0: at the start)."""
    ends = heap[entity + E_ENDS]
    after = newer(heap, before) if before != 0 else upper(ends)
    heap[row + R_LINK] = pack(before, after)
    if before != 0:
        heap[before + R_LINK] = pack(older(heap, before), row)
    if after != 0:
        heap[after + R_LINK] = pack(row, newer(heap, after))
    heap[entity + E_ENDS] = pack(upper(ends) if before != 0 else row, lower(ends) if after != 0 else row)
    heap[entity + E_COUNT] += 1 << 32


@compiled
def unlink_row(heap: Words, entity: int, row: int) -> None:
    """Take a row out of its list."""
    before = older(heap, row)
    after = newer(heap, row)
    ends = heap[entity + E_ENDS]
    if before != 0:
        heap[before + R_LINK] = pack(older(heap, before), after)
    if after != 0:
        heap[after + R_LINK] = pack(before, newer(heap, after))
    heap[entity + E_ENDS] = pack(upper(ends) if before != 0 else after, lower(ends) if after != 0 else before)
    heap[entity + E_COUNT] -= 1 << 32
