"""The two hash tables of the kernel: entities by key, and the latest row with each value.

Both are linear hashing (W. Litwin, VLDB 1980): one bucket is split at an insert, so no insert waits for a rehash.
"""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    E_CHAIN,
    E_FLOOR,
    E_HIGH,
    E_LOW,
    ENTITY_WORDS,
    H_ENTITIES,
    H_ENTITY_BUCKETS,
    H_ENTITY_LEVEL,
    H_VALUE_BUCKETS,
    H_VALUE_LEVEL,
    H_VALUES,
    KIND_ENTITY,
    LOWEST,
    Heads,
    Words,
    bucket_of,
    head_of,
    lower,
    mix,
    pack,
    take,
    upper,
)

# the table of entities


@compiled
def entity_hash(series: int, high: int, low: int) -> int:
    """Hash a key of a series."""
    return mix(high + series, low)


@compiled
def find_entity(heap: Words, heads: Heads, series: int, high: int, low: int) -> int:
    """Give the entity of a key, or 0."""
    word = entity_hash(series, high, low)
    entity = head_of(heads, bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL]))
    while entity != 0:
        chain = heap[entity + E_CHAIN]
        if heap[entity + E_LOW] == low and heap[entity + E_HIGH] == high and upper(chain) == series:
            break
        entity = lower(chain)
    return entity


@compiled
def split_entities(heap: Words, heads: Heads) -> None:
    """Split one bucket of the table of entities in two."""
    buckets = heap[H_ENTITY_BUCKETS]
    level = heap[H_ENTITY_LEVEL]
    old = buckets - level
    entity = head_of(heads, old)
    heads[old] = 0
    heads[buckets] = 0
    while entity != 0:
        chain = heap[entity + E_CHAIN]
        word = entity_hash(upper(chain), heap[entity + E_HIGH], heap[entity + E_LOW])
        bucket = word & (2 * level - 1)
        heap[entity + E_CHAIN] = pack(upper(chain), head_of(heads, bucket))
        heads[bucket] = entity
        entity = lower(chain)
    heap[H_ENTITY_BUCKETS] = buckets + 1
    if buckets + 1 == 2 * level:
        heap[H_ENTITY_LEVEL] = 2 * level


@compiled
def link_entity(heap: Words, heads: Heads, series: int, entity: int) -> None:
    """Put an entity, whose key is written, in the table."""
    word = entity_hash(series, heap[entity + E_HIGH], heap[entity + E_LOW])
    bucket = bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL])
    heap[entity + E_CHAIN] = pack(series, head_of(heads, bucket))
    heads[bucket] = entity
    heap[H_ENTITIES] += 1
    if heap[H_ENTITIES] > heap[H_ENTITY_BUCKETS] and heap[H_ENTITY_BUCKETS] < heads.size:
        split_entities(heap, heads)


@compiled
def unlink_entity(heap: Words, heads: Heads, entity: int) -> None:
    """Take an entity out of the table; its words stay."""
    series = upper(heap[entity + E_CHAIN])
    after = lower(heap[entity + E_CHAIN])
    word = entity_hash(series, heap[entity + E_HIGH], heap[entity + E_LOW])
    bucket = bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL])
    other = head_of(heads, bucket)
    if other == entity:
        heads[bucket] = after
    else:
        while lower(heap[other + E_CHAIN]) != entity:
            other = lower(heap[other + E_CHAIN])
        heap[other + E_CHAIN] = pack(upper(heap[other + E_CHAIN]), after)
    heap[H_ENTITIES] -= 1


@compiled
def make_entity(heap: Words, heads: Heads, series: int, high: int, low: int) -> int:
    """Create an entity without rows."""
    entity = take(heap, ENTITY_WORDS, KIND_ENTITY)
    heap[entity + E_HIGH] = high
    heap[entity + E_LOW] = low
    heap[entity + E_FLOOR] = LOWEST
    link_entity(heap, heads, series, entity)
    return entity


# the table of latest occurrences; a node is the second of two words that a row has for a distinct group,
# its owner is a word in the entity's state that says how far from the node the value stands


@compiled
def value_hash(heap: Words, node: int) -> int:
    """Hash the owner and the value of a node."""
    owner = upper(heap[node])
    return mix(owner, heap[node + heap[owner]])


@compiled
def find_value(heap: Words, heads: Heads, owner: int, value: int) -> int:
    """Give the node of the latest row with this value, or 0."""
    bucket = bucket_of(mix(owner, value), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    node = head_of(heads, bucket)
    while node != 0 and not (upper(heap[node]) == owner and heap[node + heap[owner]] == value):
        node = lower(heap[node])
    return node


@compiled
def split_values(heap: Words, heads: Heads) -> None:
    """Split one bucket of the table of latest occurrences in two."""
    buckets = heap[H_VALUE_BUCKETS]
    level = heap[H_VALUE_LEVEL]
    old = buckets - level
    node = head_of(heads, old)
    heads[old] = 0
    heads[buckets] = 0
    while node != 0:
        after = lower(heap[node])
        bucket = value_hash(heap, node) & (2 * level - 1)
        heap[node] = pack(upper(heap[node]), head_of(heads, bucket))
        heads[bucket] = node
        node = after
    heap[H_VALUE_BUCKETS] = buckets + 1
    if buckets + 1 == 2 * level:
        heap[H_VALUE_LEVEL] = 2 * level


@compiled
def link_value(heap: Words, heads: Heads, owner: int, node: int) -> None:
    """Put a node in the table."""
    heap[node] = pack(owner, 0)
    bucket = bucket_of(value_hash(heap, node), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    heap[node] = pack(owner, head_of(heads, bucket))
    heads[bucket] = node
    heap[H_VALUES] += 1
    if heap[H_VALUES] > heap[H_VALUE_BUCKETS] and heap[H_VALUE_BUCKETS] < heads.size:
        split_values(heap, heads)


@compiled
def swap_value(heap: Words, heads: Heads, node: int, heir: int) -> None:
    """Let `heir`, which has the same owner and value, take the place of `node`; an heir of 0 removes it."""
    bucket = bucket_of(value_hash(heap, node), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    into = lower(heap[node])
    if heir != 0:
        heap[heir] = heap[node]
        into = heir
    else:
        heap[H_VALUES] -= 1
    other = head_of(heads, bucket)
    if other == node:
        heads[bucket] = into
    else:
        while lower(heap[other]) != node:
            other = lower(heap[other])
        heap[other] = pack(upper(heap[other]), into)
    heap[node] = 0
