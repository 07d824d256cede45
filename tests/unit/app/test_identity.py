"""The identity file becomes providers with their keys; whatever is wrong with it is told before anything is served."""

import asyncio
from pathlib import Path

import pytest

from holdfast.app.identity import Means, Verifiers, open_identity
from holdfast.operations.challenge import OWNERS
from holdfast.operations.guarded import Guarded
from holdfast.operations.ports import FrameJudge
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import IdentityFileError, SettingError
from holdfast.vocabulary.identity import Check
from tests.unit.gateways.identity import centre, openid
from tests.unit.gateways.identity.centre import FIRST, PUBLIC, TOKEN
from tests.unit.gateways.identity.issuing import SECRET
from tests.unit.operations.shards import StillClock

OWNER_KEY = bytes(range(32))
KEYS = {
    "new": FIRST,
    "old": PUBLIC,
    "owner": OWNER_KEY.hex(),
    "client": SECRET,
    "empty": "",
    "two": "a b",
    "short": "ab",
}
TEXT = (
    "owner_key_file: owner.key\nproviders:\n"
    + centre.declaration("https://centre.example", auth="env:CENTRE_TOKEN")
    + openid.declaration("https://id.example")
)


def opened(folder: Path, text: str = TEXT, environment: dict[str, str] | None = None) -> Verifiers:
    """Write the file with its keys, and open what it declares."""
    for name, key in KEYS.items():
        (folder / f"{name}.key").write_text(f"{key}\n")
        text = text.replace(f"{name}.key", str(folder / f"{name}.key"))
    (folder / "identity.yaml").write_text(text)
    settings = read_settings({"data": folder, "identity": str(folder / "identity.yaml")}, {})
    known = {"CENTRE_TOKEN": f"{TOKEN}\n"} if environment is None else environment
    means = Means(derive=lambda name: name.encode(), clock=StillClock(), tick=lambda: 0, environment=known)
    return open_identity(settings, means)


def closed(verifiers: Verifiers) -> None:
    """Close what is open."""
    for provider in verifiers.providers.values():
        asyncio.run(provider.close())


def test_each_kind_is_made_with_its_keys_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Those that are a call away have a deadline and a breaker around them; this machine is shown pictures."""
    face = f"  - {{id: own, kind: face, models: {tmp_path}, references: {{folder: {tmp_path}}}}}\n"
    verifiers = opened(tmp_path, TEXT + face)
    assert list(verifiers.providers) == ["centre", "bank_id", "own"]
    assert verifiers.owner_key == OWNER_KEY
    assert [isinstance(one, Guarded) for one in verifiers.providers.values()] == [True, True, False]
    assert [isinstance(one, FrameJudge) for one in verifiers.providers.values()] == [False, False, True]
    assert verifiers.providers["centre"].checks == {Check.FACE_MATCH, Check.PAD, Check.IAD}
    closed(verifiers)


def test_without_a_file_there_is_nobody_and_without_its_key_owners_are_the_tenants() -> None:
    """No setting, no providers; a bank that shares no key has its owners hashed under the tenant's own."""
    means = Means(derive=lambda name: name.encode(), clock=StillClock(), tick=lambda: 0, environment={})
    assert open_identity(read_settings({}, {}), means) == Verifiers(providers={})
    assert OWNERS == "identity.owner"


def test_owners_are_hashed_under_the_tenants_key_where_none_is_shared(tmp_path: Path) -> None:
    """Events are hashed under the same key then, so that numbers still match."""
    verifiers = opened(tmp_path, TEXT.replace("owner_key_file: owner.key\n", ""))
    assert verifiers.owner_key == b""
    closed(verifiers)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("pass: [match]", "pas: [match]", "identity.yaml, line 25: `pas` is not known here"),
        ("url: https://", "url: http://", "identity.yaml, line 11: the call would carry personal data in the open"),
        ("kind: oidc", "kind: saml", "line 40: one of `http`, `oidc`, `face` is expected here"),
        ("providers:", "providers: [", "not valid YAML"),
    ],
)
def test_a_wrong_declaration_is_told_with_its_line(tmp_path: Path, before: str, after: str, told: str) -> None:
    """The line of the file, the pointer and a hint."""
    assert before in TEXT
    with pytest.raises(IdentityFileError) as caught:
        opened(tmp_path, TEXT.replace(before, after, 1))
    assert told in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("env:CENTRE_TOKEN", "env:NO_SUCH_KEY", "`centre`: the key in `env:NO_SUCH_KEY` cannot be read"),
        ("env:CENTRE_TOKEN", "none", "`centre`: the key in `none` cannot be read"),
        ("new.key", "empty.key", "`centre`: the key in"),
        ("new.key", "two.key", "`centre`: the key in"),
        ("new.key", "owner.key", "`centre`: a key of its callbacks cannot be read"),
        ("owner.key", "client.key", "`owner_key_file`: the key in"),
        ("owner.key", "short.key", "`owner_key_file`: the key in"),
        ("client.key", "none.key", "`bank_id`: the key in `none.key` cannot be read"),
    ],
)
def test_a_key_that_cannot_be_read_is_told_and_not_shown(tmp_path: Path, before: str, after: str, told: str) -> None:
    """Whose key it is and where it should lie; no key stands in an error."""
    with pytest.raises(SettingError) as caught:
        opened(tmp_path, TEXT.replace(before, after, 1))
    assert told in caught.value.message
    assert caught.value.hint
    assert not [key for key in KEYS.values() if len(key) > 5 and key in str(caught.value)]


def test_a_variable_that_is_empty_holds_no_key(tmp_path: Path) -> None:
    """An environment without the variable stops the start as a missing file does."""
    with pytest.raises(SettingError, match="CENTRE_TOKEN"):
        opened(tmp_path, environment={"CENTRE_TOKEN": " "})
