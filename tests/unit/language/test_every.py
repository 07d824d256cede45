"""`matches(..., every=True)`: asked of several texts only, and said in words."""

import pytest

from holdfast.language import Scope, compile_expression, plan, to_words
from holdfast.vocabulary.errors import ExpressionError
from holdfast.vocabulary.schema import EventSchema, Field, FieldType
from holdfast.vocabulary.windows import ListProbe

HOSTS = Field(path="links.hosts", type=FieldType.TEXTS, list_kind="domain")
PHONE = Field(path="phone", type=FieldType.TEXT, list_kind="phone")
SCOPE = Scope(
    schema=EventSchema(fields={"said": {"links.hosts": HOSTS, "phone": PHONE}}), event_type="said", zone="UTC"
)
ALLOW = "marketplace.links.allow"


def test_every_is_a_question_of_its_own() -> None:
    """The two questions stand in the facts under different names."""
    found = plan(compile_expression(f'matches(links.hosts, "{ALLOW}", every=True)', SCOPE))
    assert found.probes == (ListProbe(subject="links.hosts", list=ALLOW, every=True),)
    assert found.probes[0].name != ListProbe(subject="links.hosts", list=ALLOW).name


@pytest.mark.parametrize(
    "text", [f'matches(phone, "{ALLOW}", every=True)', f'matches(links.hosts, "{ALLOW}", every=1)']
)
def test_every_belongs_to_several_texts(text: str) -> None:
    """One identifier has no each, and the switch is True or False."""
    with pytest.raises(ExpressionError):
        compile_expression(text, SCOPE)


def test_every_is_said_in_words() -> None:
    """The sentence tells the two questions apart, and a negation."""
    each = compile_expression(f'matches(links.hosts, "{ALLOW}", every=True)', SCOPE)
    none = compile_expression(f'not matches(links.hosts, "{ALLOW}", every=True)', SCOPE)
    assert "all of the linked sites are on the list" in to_words(each, "en")
    assert "not all of the linked sites" in to_words(none, "en")
    assert "каждое из: сайты ссылок" in to_words(each, "ru").lower()
    assert "не каждое из" in to_words(none, "ru").lower()
