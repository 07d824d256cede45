"""Who vouches for what needs two people."""

import pytest

from holdfast.api.people import people
from holdfast.vocabulary.errors import InvalidError


def test_a_key_stands_for_one_person_whom_no_name_replaces() -> None:
    """Where there are keys, the caller's is who vouches, and names are refused."""
    assert people(None, None, "key-1", open_to_all=False) == ("key-1",)
    with pytest.raises(InvalidError):
        people("anna", None, "key-1", open_to_all=False)


@pytest.mark.parametrize(("by", "approved_by"), [(None, None), ("anna", None), ("anna", " Anna"), ("ANNA", "anna")])
def test_a_development_server_wants_two_names_that_differ(by: str | None, approved_by: str | None) -> None:
    """One name twice, however it is spelled, is one person."""
    with pytest.raises(InvalidError) as raised:
        people(by, approved_by, "dev", open_to_all=True)
    assert raised.value.pointer == "/approved_by"


def test_two_people_vouch_together() -> None:
    """Both are named, the one who asks first."""
    assert people("anna", "boris", "dev", open_to_all=True) == ("anna", "boris")
