"""Makes the machine code of the fold, and what texts are read with, ready before the first event."""

import numpy as np

from holdfast.features.derived.links import Links
from holdfast.features.habits import Habits
from holdfast.features.people import People
from holdfast.features.traces import Trace, Traces
from holdfast.matching.phone_facts import read_phone
from holdfast.matching.places import find_cities
from holdfast.vocabulary.keys import Key
from holdfast.windows import warm_up as warm_up_windows

_PERSON, _OTHER = Key(1, 1), Key(1, 3)


def warm_up() -> None:
    """Compile every kernel of the fold, or load it from disk, so that the first event need not wait for it."""
    warm_up_windows()
    people = People()
    people.join([_PERSON, _OTHER], None)
    people.find(_PERSON)
    traces = Traces(people)
    traces.remember(_PERSON, Trace(series=0, after=_OTHER))
    list(traces.leave(_PERSON))
    box, nothing = np.zeros(64, dtype=np.int64), np.zeros(0, dtype=np.int64)
    traces.remember_rows(box, nothing, 1)
    spots = np.array([0, 1, 3, -1, 4, 16, 8 * 40], dtype=np.int64)
    box[1:4] = 1
    habits = Habits()
    habits.learn(box, spots, 0)
    habits.unlearn(box, spots, 0)
    habits.compare(box, spots, "transfer")


def warm_up_readers() -> None:
    """Load what the texts, numbers and cities of a site are read with; on a busy machine it takes most of a second."""
    Links(()).derive("message_sent", {"text": "https://example.com/", "sender.role": "buyer"})
    read_phone("+77015550142", home="KZ")
    find_cities("Astana")
