"""The kernel of traces: where each person's history lies.

`leads` (int64) holds leads: one log of one person, four words each, every part of the log's key being the number of
its name in the people's `book`. They are found by linear hashing through `places` (uint32), and each person's are
chained from its name.
"""

from typing import Final

from holdfast.features.people_kernel import (
    N_FIRST,
    N_LEADS,
    NAME_WORDS,
    T_BUCKETS,
    T_COUNT,
    T_FREE,
    T_LEVEL,
    bucket_of,
    enter_name,
    name_of,
    next_bucket,
    write_key,
)
from holdfast.windows.compiled import compiled, entrance
from holdfast.windows.memory import Heads, Words, head_of, lower, mix, pack, upper

# a lead, at `L_FIRST + LEAD_WORDS * number`
LEAD_WORDS: Final = 4
L_FIRST: Final = 4
L_OWNER: Final = 0  # person | next lead of the person
L_SERIES: Final = 1  # series | next lead in the bucket
L_SIDES: Final = 2  # what stands before and after the person in the key
L_LAST: Final = 3  # what stands last


@compiled
def lead_hash(leads: Words, lead: int) -> int:
    """Hash a lead."""
    return mix(
        mix(upper(leads[lead + L_OWNER]), upper(leads[lead + L_SERIES])),
        mix(leads[lead + L_SIDES], leads[lead + L_LAST]),
    )


@compiled
def split_leads(leads: Words, places: Heads) -> None:
    """Split one bucket of leads in two."""
    buckets = leads[T_BUCKETS]
    old = buckets - leads[T_LEVEL]
    number = head_of(places, old)
    places[old] = 0
    places[buckets] = 0
    while number != 0:
        lead = L_FIRST + LEAD_WORDS * number
        after = lower(leads[lead + L_SERIES])
        bucket = lead_hash(leads, lead) & (2 * leads[T_LEVEL] - 1)
        leads[lead + L_SERIES] = pack(upper(leads[lead + L_SERIES]), head_of(places, bucket))
        places[bucket] = number
        number = after
    next_bucket(leads)


@compiled
def note_lead(book: Words, leads: Words, places: Heads, owner: int, series: int, sides: int, last: int) -> None:
    """Keep a lead of a person unless it is kept already."""
    bucket = bucket_of(leads, mix(mix(owner, series), mix(sides, last)))
    number = head_of(places, bucket)
    while number != 0:
        lead = L_FIRST + LEAD_WORDS * number
        same = upper(leads[lead + L_OWNER]) == owner and upper(leads[lead + L_SERIES]) == series
        if same and leads[lead + L_SIDES] == sides and leads[lead + L_LAST] == last:
            return
        number = lower(leads[lead + L_SERIES])
    number = leads[T_FREE]
    if number != 0:
        leads[T_FREE] = leads[L_FIRST + LEAD_WORDS * number]
    else:
        leads[T_COUNT] += 1
        number = leads[T_COUNT]
    lead = L_FIRST + LEAD_WORDS * number
    first = N_FIRST + NAME_WORDS * owner + N_LEADS
    leads[lead + L_OWNER] = pack(owner, book[first])
    leads[lead + L_SERIES] = pack(series, head_of(places, bucket))
    leads[lead + L_SIDES] = sides
    leads[lead + L_LAST] = last
    book[first] = number
    places[bucket] = number
    if number > leads[T_BUCKETS] and leads[T_BUCKETS] < places.size:
        split_leads(leads, places)


@compiled
def lacks_room(book: Words, names: Heads, leads: Words, places: Heads, new_leads: int) -> bool:
    """Whether so many leads, with up to four new names each, might not fit."""
    name = book[T_COUNT] + 4 * new_leads + 1
    lead = leads[T_COUNT] + new_leads + 1
    named = N_FIRST + NAME_WORDS * (name + 1) <= book.size and name < names.size
    return not (named and L_FIRST + LEAD_WORDS * (lead + 1) <= leads.size and lead < places.size)


@compiled
def number_at(book: Words, names: Heads, box: Words, word: int) -> int:
    """Give the number of the key at a word of the box, entered when new; 0 for nobody."""
    return 0 if box[word + 1] == 0 else enter_name(book, names, box[word], box[word + 1])


@entrance
def note_one(book: Words, names: Heads, leads: Words, places: Heads, box: Words) -> bool:
    """Keep the lead in the box (series, then keys of the person, what is before, after and last)."""
    if lacks_room(book, names, leads, places, 1):
        return False
    owner = number_at(book, names, box, 1)
    before = number_at(book, names, box, 3)
    after = number_at(book, names, box, 5)
    note_lead(book, leads, places, owner, box[0], pack(before, after), number_at(book, names, box, 7))
    return True


@entrance
def note_rows(book: Words, names: Heads, leads: Words, places: Heads, box: Words, table: Words, created: int) -> bool:
    """Keep the leads to all rows of an event whose keys were new.

    `table` has six words a lead: where the row's code stands (it is noted when the code is `created`), the series,
    and the words of the keys of the person and of what stands before, after and last (-1: nothing).
    """
    count = table.size // 6
    if lacks_room(book, names, leads, places, count):
        return False
    for number in range(count):
        line = 6 * number
        if box[table[line]] != created:
            continue
        owner = number_at(book, names, box, table[line + 2])
        before = 0 if table[line + 3] < 0 else number_at(book, names, box, table[line + 3])
        after = 0 if table[line + 4] < 0 else number_at(book, names, box, table[line + 4])
        last = 0 if table[line + 5] < 0 else number_at(book, names, box, table[line + 5])
        note_lead(book, leads, places, owner, table[line + 1], pack(before, after), last)
    return True


@compiled
def unlink_lead(leads: Words, places: Heads, number: int) -> None:
    """Take a lead out of its bucket and free it."""
    lead = L_FIRST + LEAD_WORDS * number
    bucket = bucket_of(leads, lead_hash(leads, lead))
    other = head_of(places, bucket)
    if other == number:
        places[bucket] = lower(leads[lead + L_SERIES])
    else:
        while lower(leads[L_FIRST + LEAD_WORDS * other + L_SERIES]) != number:
            other = lower(leads[L_FIRST + LEAD_WORDS * other + L_SERIES])
        link = L_FIRST + LEAD_WORDS * other + L_SERIES
        leads[link] = pack(upper(leads[link]), lower(leads[lead + L_SERIES]))
    leads[lead] = leads[T_FREE]
    leads[T_FREE] = number


@entrance
def leave_one(book: Words, names: Heads, leads: Words, places: Heads, box: Words) -> bool:
    """Take the newest lead of the person whose key begins at word 1 of the box; false when there is none.

    The lead is written as `note_one` takes it.
    """
    owner = name_of(book, names, box[1], box[2])
    if owner == 0:
        return False
    first = N_FIRST + NAME_WORDS * owner + N_LEADS
    number = book[first]
    if number == 0:
        return False
    lead = L_FIRST + LEAD_WORDS * number
    book[first] = lower(leads[lead + L_OWNER])
    box[0] = upper(leads[lead + L_SERIES])
    parts = (upper(leads[lead + L_SIDES]), lower(leads[lead + L_SIDES]), leads[lead + L_LAST])
    for place in range(3):
        if parts[place] == 0:
            box[3 + 2 * place] = 0
            box[4 + 2 * place] = 0
        else:
            write_key(book, parts[place], box, 3 + 2 * place)
    unlink_lead(leads, places, number)
    return True
