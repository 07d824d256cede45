"""Names from outside: declared by the file of providers, promised by packs, and never of two meanings."""

import pytest

from holdfast.app import pack_files
from holdfast.operations.outside_names import outside_names
from holdfast.operations.read_providers import read_providers
from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.schema import FieldType
from tests.unit.gateways.telecom.operating import declaration

ROOT = "https://operator.example"
PACK = parse_pack(pack_files()["policy/telecom"], name="policy/telecom")


def test_a_pack_has_its_names_without_any_file() -> None:
    """What a pack reads of operators is typed on the events of its rules, and may not be shown."""
    names = outside_names((), [PACK])
    assert names["transfer"]["outside.sim_date.changed_at"].type is FieldType.INSTANT
    assert names["payout"]["outside.recycling.recycled"].personal
    assert "loan_payout" not in names


def test_what_the_file_declares_goes_before() -> None:
    """An operator that shows an answer lets evidence show it."""
    names = outside_names(read_providers(declaration(ROOT, "sim-swap/check", shown=["swapped"])), [PACK])
    assert not names["transfer"]["outside.sim_swap.swapped"].personal
    assert names["payout"]["outside.sim_swap.swapped"].personal


def test_one_name_cannot_mean_two_questions() -> None:
    """A file that declares another question under a pack's name is told with both."""
    with pytest.raises(PackError, match="reads the provider `sim_swap` as `sim-swap/check`"):
        outside_names(read_providers(declaration(ROOT, "device-swap/check")), [PACK])
