"""What is read back out of stored judgements."""

import pytest
from msgspec import structs

from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.judgement import RuleResult, SignResult
from holdfast.wire.replies import Acted, judgement_bytes, read_acted, read_ruleset
from tests.unit.wire.judgements import PLAIN


def sign(state: str, mode: str = "enforce") -> SignResult:
    """Make a sign in a state."""
    return SignResult(id="a.sign", state=state, title="A sign", cite="Act", mode=mode)


def rule(reached: str, mode: str = "enforce") -> RuleResult:
    """Make a rule that was true."""
    return RuleResult(id="a.rule", title="A rule", proposed="hold", reached=reached, ground=None, mode=mode)


@pytest.mark.parametrize(
    ("outcome", "signs", "rules", "acted"),
    [
        ("challenge", (sign("fired"),), (rule("challenge"),), [("a.sign", True), ("a.rule", True)]),
        ("challenge", (sign("clear"),), (rule("allow"),), []),
        ("challenge", (sign("unknown"),), (), []),
        ("allow", (sign("fired"),), (), []),
        ("allow", (sign("fired", "observe"),), (rule("hold", "advise"),), [("a.sign", False), ("a.rule", False)]),
        ("hold", (), (rule("hold"), rule("challenge", "observe")), [("a.rule", True), ("a.rule", False)]),
    ],
)
def test_what_stopped_an_event_is_told_from_what_would_have(
    outcome: str, signs: tuple[SignResult, ...], rules: tuple[RuleResult, ...], acted: list[Acted]
) -> None:
    """Only what is true counts; what is enforced counts where the event did not pass, the rest as what would."""
    judgement = structs.replace(PLAIN, outcome=outcome, signs=signs, rules=rules)
    assert read_acted(judgement_bytes(judgement)) == acted


def test_a_damaged_judgement_is_a_fault_of_the_store() -> None:
    """A judgement that is no JSON any more is told as damage, with the command that names its record."""
    with pytest.raises(StoreError, match="damaged") as refused:
        read_ruleset(b'{"versions": {"ruleset": "ab"')
    assert "holdfast verify" in refused.value.advice
