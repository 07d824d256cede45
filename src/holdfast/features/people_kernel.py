"""The kernel of people: a union-find over identifiers.

`book` (int64) holds names: a name is one identifier (or another part of a key, such as a currency) under a number
from 1 on, five words each. It is found by linear hashing (see the kernel of the windows) through `names` (uint32).
A table that lacks room is left as it is, and the caller hears of it.
"""

from typing import Final

from holdfast.windows.compiled import compiled, entrance
from holdfast.windows.memory import Heads, Words, head_of, lower, mix, pack, upper

# a table: counters, then its entries
T_COUNT: Final = 0
T_BUCKETS: Final = 1
T_LEVEL: Final = 2
T_FREE: Final = 3
T_HEAD: Final = 8

# a name, at `N_FIRST + NAME_WORDS * number`
NAME_WORDS: Final = 5
N_FIRST: Final = 3
N_HIGH: Final = 0
N_LOW: Final = 1
N_LINKS: Final = 2  # parent | next name in the bucket
N_SIZE: Final = 3  # identifiers of the person (0: nobody's identifier so far) | the client that the person is
N_LEADS: Final = 4  # first lead

IDENTIFIERS_MAX: Final = 12  # of one party
PARTY_WORDS: Final = 2 * IDENTIFIERS_MAX


@compiled
def bucket_of(table: Words, word: int) -> int:
    """Give the bucket of a hash in a table of linear hashing."""
    level = int(table[T_LEVEL])
    bucket = word & (2 * level - 1)
    return bucket if bucket < table[T_BUCKETS] else word & (level - 1)


@compiled
def next_bucket(table: Words) -> None:
    """Count the bucket that was just split off."""
    table[T_BUCKETS] += 1
    if table[T_BUCKETS] == 2 * table[T_LEVEL]:
        table[T_LEVEL] *= 2


# names and persons


@compiled
def name_of(book: Words, names: Heads, high: int, low: int) -> int:
    """Give the number of a name, or 0."""
    number = head_of(names, bucket_of(book, mix(high, low)))
    while number != 0:
        name = N_FIRST + NAME_WORDS * number
        if book[name + N_LOW] == low and book[name + N_HIGH] == high:
            break
        number = lower(book[name + N_LINKS])
    return number


@compiled
def split_names(book: Words, names: Heads) -> None:
    """Split one bucket of names in two."""
    buckets = book[T_BUCKETS]
    old = buckets - book[T_LEVEL]
    number = head_of(names, old)
    names[old] = 0
    names[buckets] = 0
    while number != 0:
        name = N_FIRST + NAME_WORDS * number
        after = lower(book[name + N_LINKS])
        bucket = mix(book[name + N_HIGH], book[name + N_LOW]) & (2 * book[T_LEVEL] - 1)
        book[name + N_LINKS] = pack(upper(book[name + N_LINKS]), head_of(names, bucket))
        names[bucket] = number
        number = after
    next_bucket(book)


@compiled
def enter_name(book: Words, names: Heads, high: int, low: int) -> int:
    """Give the number of a name, entered when new; the caller has made sure that there is room."""
    number = name_of(book, names, high, low)
    if number != 0:
        return number
    book[T_COUNT] += 1
    number = int(book[T_COUNT])
    name = N_FIRST + NAME_WORDS * number
    bucket = bucket_of(book, mix(high, low))
    book[name + N_HIGH] = high
    book[name + N_LOW] = low
    book[name + N_LINKS] = pack(number, head_of(names, bucket))
    book[name + N_SIZE] = 0
    book[name + N_LEADS] = 0
    names[bucket] = number
    if number > book[T_BUCKETS] and book[T_BUCKETS] < names.size:
        split_names(book, names)
    return number


@compiled
def root_of(book: Words, number: int) -> int:
    """Give the name that stands for the person behind a name; the way there becomes shorter."""
    root = number
    above = upper(book[N_FIRST + NAME_WORDS * root + N_LINKS])
    while above != root:
        root = above
        above = upper(book[N_FIRST + NAME_WORDS * root + N_LINKS])
    while number != root:
        link = N_FIRST + NAME_WORDS * number + N_LINKS
        number = upper(book[link])
        book[link] = pack(root, lower(book[link]))
    return root


@compiled
def enter_person(book: Words, names: Heads, high: int, low: int) -> int:
    """Give the person behind an identifier, a new one when it was never seen."""
    root = root_of(book, enter_name(book, names, high, low))
    size = N_FIRST + NAME_WORDS * root + N_SIZE
    if upper(book[size]) == 0:
        book[size] = pack(1, lower(book[size]))
    return root


@compiled
def may_join(book: Words, one: int, other: int) -> bool:
    """Whether two persons may be one: two different clients never are."""
    mine = lower(book[N_FIRST + NAME_WORDS * one + N_SIZE])
    theirs = lower(book[N_FIRST + NAME_WORDS * other + N_SIZE])
    return mine == 0 or theirs == 0 or mine == theirs  # noqa: PLR1714 - a set is no word


@compiled
def join_two(book: Words, one: int, other: int) -> tuple[int, int]:
    """Let the person with fewer identifiers become part of the other; gives (source, into)."""
    source, into = one, other
    if upper(book[N_FIRST + NAME_WORDS * one + N_SIZE]) > upper(book[N_FIRST + NAME_WORDS * other + N_SIZE]):
        source, into = other, one
    lesser = N_FIRST + NAME_WORDS * source
    larger = N_FIRST + NAME_WORDS * into
    book[lesser + N_LINKS] = pack(into, lower(book[lesser + N_LINKS]))
    client = lower(book[larger + N_SIZE])
    if client == 0:
        client = lower(book[lesser + N_SIZE])
    book[larger + N_SIZE] = pack(upper(book[larger + N_SIZE]) + upper(book[lesser + N_SIZE]), client)
    book[lesser + N_SIZE] = 0
    return source, into


@compiled
def write_key(book: Words, number: int, box: Words, word: int) -> None:
    """Write the key of a name."""
    box[word] = book[N_FIRST + NAME_WORDS * number + N_HIGH]
    box[word + 1] = book[N_FIRST + NAME_WORDS * number + N_LOW]


@compiled
def join_party(
    book: Words, names: Heads, box: Words, parties: Words, party: int, moved: Words, moves: int, known: int
) -> int:
    """Join the identifiers of one party; gives how many persons have become part of others with their past by now.

    A name above `known` was met in this event only: as long as nobody's past has moved to it, it has none to move.
    """
    word = parties[3 * party]
    root = enter_person(book, names, box[word], box[word + 1])
    size = N_FIRST + NAME_WORDS * root + N_SIZE
    if box[parties[3 * party + 1]] != 0 and lower(book[size]) == 0:
        book[size] = pack(upper(book[size]), name_of(book, names, box[word], box[word + 1]))
    for place in range(word + 2, word + PARTY_WORDS, 2):
        if box[place + 1] == 0:
            break
        other = enter_person(book, names, box[place], box[place + 1])
        if other == root or not may_join(book, root, other):
            continue
        source, root = join_two(book, other, root)
        if source > known and moves == 0:
            continue
        write_key(book, source, moved, 4 * moves)
        write_key(book, root, moved, 4 * moves + 2)
        moves += 1
    return moves


@entrance
def meet_parties(book: Words, names: Heads, box: Words, parties: Words, moved: Words) -> int:
    """Join the identifiers of each party of an event, and write the key of each person.

    `parties` has three numbers a party: the word of the box where its identifiers begin (a low half of 0 ends
    them), the word that says whether the first of them is a client's, and the word for the person's key. Every
    (source, into) pair of persons that became one goes into `moved` as four words, unless the source was never met
    before; gives how many, or -1 when room is short and nothing was done.
    """
    count = parties.size // 3
    most = book[T_COUNT] + IDENTIFIERS_MAX * count + 1
    if N_FIRST + NAME_WORDS * (most + 1) > book.size or most >= names.size:
        return -1
    moves = 0
    known = int(book[T_COUNT])
    for party in range(count):
        if box[parties[3 * party] + 1] != 0:
            moves = join_party(book, names, box, parties, party, moved, moves, known)
    for party in range(count):  # only now, for one party's joins may move another's person
        word, person = parties[3 * party], parties[3 * party + 2]
        if box[word + 1] == 0:
            box[person] = 0
            box[person + 1] = 0
        else:
            write_key(book, root_of(book, name_of(book, names, box[word], box[word + 1])), box, person)
    return moves


@entrance
def find_person(book: Words, names: Heads, box: Words) -> bool:
    """Write the key of the person behind the identifier in the box over it; false when it was never seen."""
    number = name_of(book, names, box[0], box[1])
    if number == 0:
        return False
    write_key(book, root_of(book, number), box, 0)
    return True
