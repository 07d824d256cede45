"""Warming up touches every kernel, table and model that an event may need."""

from holdfast.features import habit_answer, people_kernel, traces_kernel
from holdfast.features.warm_up import warm_up, warm_up_readers
from holdfast.matching import hosts, places, wordings
from holdfast.windows import visit_kernel


def test_every_kernel_of_the_fold_is_ready() -> None:
    """After warming up no kernel that Python calls is left to be compiled."""
    warm_up()
    modules = (habit_answer, people_kernel, traces_kernel, visit_kernel)
    called = {name: one for module in modules for name, one in vars(module).items() if hasattr(one, "signatures")}
    entrances = {name: one for name, one in called.items() if not one.targetoptions.get("no_cpython_wrapper")}
    assert {"consult", "record", "withdraw", "compare", "lesson", "meet_parties", "note_rows"} <= entrances.keys()
    assert [name for name, one in entrances.items() if not one.signatures] == []


def test_what_a_message_is_read_with_is_ready() -> None:
    """After warming up a first message loads neither the list of suffixes nor the model of wordings, nor the cities."""
    loaded = (hosts._suffixes, wordings.shipped, places.city_names)
    for one in (*loaded, places.find_cities):  # a city that another test asked for would be remembered
        one.cache_clear()
    warm_up_readers()
    assert [one.cache_info().currsize for one in loaded] == [1, 1, 1]
