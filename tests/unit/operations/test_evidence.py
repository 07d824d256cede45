"""The evidence file: it proves itself, and every change in it is found and named."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.evidence import Evidence, evidence_of_decision, evidence_of_hold
from holdfast.operations.legal_file import LANGUAGES, legal_file
from holdfast.operations.said import Said
from holdfast.operations.settle_claim import Settlement, settle_claim
from holdfast.operations.verify_evidence import verify_evidence
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import InvalidError, NotFoundError, UndecodableError
from tests.unit.operations.test_claims import DATABASE, World, paid_late, run

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "src" / "holdfast" / "operations" / "legal_file" / "texts"
Json = dict[str, Any]


@cache
def made() -> Evidence:
    """Make the file of a transfer that was paid because a feed was loaded late, claimed and refunded."""
    found: list[Evidence] = []

    async def story(world: World) -> None:
        decision = await paid_late(world)
        claim = await world.claim(reason="</script><b>deceived</b>")
        await settle_claim(
            world.shard,
            claim["id"],
            Settlement(result=ClaimState.PAID, by="officer", amount_minor=25_000_000, document={"number": "PO-1"}),
        )
        found.append(await evidence_of_decision(world.shard, decision["id"]))

    run(story)
    return found[0]


def file() -> Json:
    """Give the file as its reader finds it."""
    content: Json = json.loads(made().data)
    return content


def flaws(content: Json, **more: str) -> list[str]:
    """Name the places that a check of a changed file finds."""
    return [flaw.place for flaw in verify_evidence(json.dumps(content).encode(), **more).flaws]


def test_a_file_proves_itself() -> None:
    """An untouched file has no flaw, shows the way to the head, and agrees with the head."""
    checked = verify_evidence(made().data)
    assert checked.flaws == ()
    assert checked.connected
    assert checked.records >= 5
    assert checked.head == file()["head"]["link"]
    assert verify_evidence(made().data, head=checked.head).flaws == ()


def test_the_file_tells_the_whole_story() -> None:
    """The decision, the result, the claim, its settlement and the late version of the list are among the records."""
    content = file()
    kinds = [record["kind"] for record in content["records"]]
    assert [kinds.count(kind) for kind in ("decision", "event", "claim", "list")] == [1, 1, 2, 1]
    assert content["claims"][0]["liability"] == "owed"
    assert content["lists"][0]["records"][0]["published_at"].startswith("2026-05-08T09:00")
    assert "ru.161-fz.8.3.13" in {one["id"] for one in content["provisions"]}
    decision = next(record for record in content["records"] if record["kind"] == "decision")
    assert json.loads(decision["parts"]["judgement"]["text"])["versions"]["ruleset"] == content["ruleset"]["sha256"]
    assert '"of":"t-1"' in next(
        record["parts"]["event"]["text"] for record in content["records"] if record["kind"] == "claim"
    )


def test_a_byte_changed_in_any_part_of_any_record_is_found_and_named() -> None:
    """Whatever text of a record is changed, the check names that record and that part."""
    for number, record in enumerate(file()["records"]):
        for name, part in record["parts"].items():
            if part.get("text"):
                changed = file()
                text = part["text"]
                place = len(text) // 2
                changed["records"][number]["parts"][name]["text"] = (
                    text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
                )
                assert flaws(changed) == [f"record {record['seq']}, {name}"]


@pytest.mark.parametrize("field", ["digest", "before", "link"])
def test_a_changed_hash_is_found(field: str) -> None:
    """A digest or a link that does not follow is named."""
    changed = file()
    record = changed["records"][0]
    record[field] = record[field][:-1] + ("0" if record[field][-1] != "0" else "1")
    assert any(place.startswith(f"record {record['seq']}") for place in flaws(changed))


def test_a_changed_header_or_salt_is_found() -> None:
    """The header belongs to the digest, the salt to its part."""
    changed = file()
    record = next(one for one in changed["records"] if one["kind"] == "decision")
    record["header"] = record["header"].replace('"t-1"', '"t-2"')
    assert f"record {record['seq']}, digest" in flaws(changed)
    changed = file()
    record = next(one for one in changed["records"] if one["kind"] == "decision")
    record["parts"]["event"]["salt"] = "00" + record["parts"]["event"]["salt"][2:]
    assert flaws(changed) == [f"record {record['seq']}, event"]


def forge(record: Json, name: str, text: str) -> None:
    """Change a part and compute the record's own hashes anew, as a forger would."""
    part = record["parts"][name]
    part["text"] = text
    part["sha256"] = sha256(bytes.fromhex(part.get("salt", "")) + text.encode()).hexdigest()
    lines = "".join(f"{name} {one['sha256']}\n" for name, one in sorted(record["parts"].items()))
    record["digest"] = sha256(f"{record['header']}\n{lines}".encode()).hexdigest()
    record["link"] = sha256(bytes.fromhex(record["before"] + record["digest"])).hexdigest()


def test_a_change_that_was_hashed_again_leads_past_the_path() -> None:
    """A forger who computes a record's own hashes anew is found by the way to the head."""
    changed = file()
    record = next(one for one in changed["records"] if one["kind"] == "decision")
    forge(record, "event", record["parts"]["event"]["text"].replace("25000000", "15000000"))
    assert flaws(changed) == [f"path, record {record['seq']}"]


def test_a_part_that_was_taken_out_is_found() -> None:
    """A record without one of its parts does not have its digest."""
    changed = file()
    record = next(one for one in changed["records"] if one["kind"] == "decision")
    del record["parts"]["facts"]
    assert f"record {record['seq']}, digest" in flaws(changed)


def test_a_head_before_the_last_record_is_found() -> None:
    """A path that ends before the last record of the file does not bind it to the head."""
    changed = file()
    first = changed["records"][0]
    changed["path"]["digests"] = [first["digest"]]
    changed["head"] = {"seq": first["seq"], "link": first["link"]}
    assert flaws(changed) == ["path"]


def test_a_record_that_is_taken_out_or_put_twice_is_found() -> None:
    """The first record anchors the path, and each one must lie on it."""
    changed = file()
    del changed["records"][0]
    assert "path" in flaws(changed)
    changed = file()
    changed["path"]["digests"].pop()
    assert flaws(changed)


@pytest.mark.parametrize(
    "section",
    ["about", "decision", "event", "holds", "lists", "notices", "results", "claims", "provisions", "ruleset", "packs"],
)
def test_a_change_in_a_part_for_readers_is_found(section: str) -> None:
    """Each section has its own hash; one that is gone is named too."""
    changed = file()
    changed[section] = {"changed": True}
    assert section in flaws(changed)
    del changed[section]
    assert flaws(changed) == [section]


def test_another_head_is_found() -> None:
    """A head that was kept elsewhere and is another names the head; without a path nothing is bound to it."""
    assert flaws(file(), head="00" * 32) == ["head"]
    changed = file()
    changed["path"] = None
    assert flaws(changed, head=changed["head"]["link"]) == ["path"]
    assert flaws(changed) == []


def test_nothing_unknown_rides_along() -> None:
    """A field that no evidence file has is named wherever it stands, and a name may not stand twice."""
    changed = file()
    changed["note"] = "approved"
    assert flaws(changed) == ["note"]
    changed = file()
    changed["records"][0]["note"] = "approved"
    assert flaws(changed)[0] == f"record {changed['records'][0]['seq']}"
    twice = made().data.replace(b'{"about"', b'{"about":1,"about"', 1)
    with pytest.raises(UndecodableError):
        verify_evidence(twice)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"format":"holdfast-evidence/1"}'])
def test_what_is_no_evidence_file_is_refused(data: bytes) -> None:
    """A check of anything else says so instead of finding nothing wrong."""
    with pytest.raises((UndecodableError, InvalidError)):
        verify_evidence(data)


def test_a_file_without_records_proves_nothing() -> None:
    """A file from which every record was taken is not one whose records are as they were written."""
    changed = file()
    changed["records"] = []
    assert flaws(changed) == ["records"]


def test_flipping_any_byte_of_the_file_is_found() -> None:
    """No byte can be changed unseen: over the whole file, at regular steps, each change is refused or named."""
    data = made().data
    for place in range(0, len(data), 211):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert verify_evidence(changed).flaws, (place, data[max(0, place - 40) : place + 40])
        except (UndecodableError, InvalidError):
            continue


def test_the_recipe_of_the_documentation_checks_a_file(tmp_path: Path) -> None:
    """The ten lines in `docs/evidence.md` pass a good file and stop at a changed one, with Python alone."""
    recipe = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(recipe) == 1
    script, good, bad = tmp_path / "check.py", tmp_path / "case.json", tmp_path / "bad.json"
    script.write_text(recipe[0], encoding="utf-8")
    good.write_bytes(made().data)
    changed = file()
    record = next(one for one in changed["records"] if one["kind"] == "decision")
    record["parts"]["event"]["text"] = record["parts"]["event"]["text"].replace("25000000", "15000000")
    bad.write_text(json.dumps(changed), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(script)]
    passed = subprocess.run([*command, str(good)], capture_output=True, text=True, check=False)
    stopped = subprocess.run([*command, str(bad)], capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stderr
    assert stopped.returncode != 0
    assert f"record {record['seq']}, event was changed" in stopped.stderr


def test_a_hold_has_the_file_of_its_decision() -> None:
    """The file of a hold tells its acts, and those of an unknown id are not found."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        decision = await world.decide()
        await cancel_hold(world.shard, decision["hold"]["id"], Said(by="client", customer_id="c-1"))
        evidence = await evidence_of_hold(world.shard, decision["hold"]["id"])
        assert evidence.content["about"]["decision_id"] == decision["id"]
        acts = [act["act"] for act in evidence.content["holds"][0]["history"]]
        assert acts == ["place", "cancel"]
        assert verify_evidence(evidence.data).flaws == ()
        for language in LANGUAGES:
            assert decision["id"] in legal_file(evidence, language)
        for find in (evidence_of_hold, evidence_of_decision):
            with pytest.raises(NotFoundError):
                await find(world.shard, "dec_unknown")

    run(story)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_the_story_in_each_language(language: str) -> None:
    """The page bears amount, liability, both instants of the list and every link, and lets no text become markup."""
    page = legal_file(made(), language)
    words = yaml.safe_load((TEXTS / f"{language}.yaml").read_text(encoding="utf-8"))
    assert f'<html lang="{language}">' in page
    assert "250\u202f000,00 RUB" in page
    assert words["liabilities"]["owed"] in page
    assert words["reasons"]["late_load"] in page
    assert "08.05.2026 09:00:00" in page
    assert "08.05.2026 10:12:00" in page
    assert made().hash in page
    assert all(record["link"] in page for record in file()["records"])
    assert "<script" not in page
    assert "<b>deceived" not in page


def test_a_language_that_it_does_not_speak_is_refused() -> None:
    """Another language is an error, not a page half in English."""
    with pytest.raises(InvalidError):
        legal_file(made(), "fr")


def test_the_languages_say_the_same_things() -> None:
    """Each language has every text of the others, and every reason that an assessment can give."""
    texts = {one: yaml.safe_load((TEXTS / f"{one}.yaml").read_text(encoding="utf-8")) for one in LANGUAGES}
    shapes = {
        one: {(name, tuple(sorted(map(str, text))) if isinstance(text, dict) else "") for name, text in said.items()}
        for one, said in texts.items()
    }
    assert shapes["ru"] == shapes["en"] == shapes["kk"]
    assert all(len(said["steps"]) == 4 for said in texts.values())


Story = Callable[[World], Awaitable[None]]


def test_an_erased_client_leaves_a_file_that_still_proves_itself() -> None:
    """When the key of the client is gone, hashes stand where texts were, and the chain still holds."""

    async def story(world: World) -> None:
        decision = await paid_late(world)
        await world.claim()
        record = world.store.decision(decision["id"])
        assert record is not None
        world.store.forget(record.subject)
        evidence = await evidence_of_decision(world.shard, decision["id"])
        checked = verify_evidence(evidence.data)
        assert checked.flaws == ()
        assert checked.erased >= 2
        assert b"c-1" not in evidence.data
        assert evidence.content["event"] is None
        assert legal_file(evidence, "ru")

    asyncio.run(asyncio.wait_for(_carry(story), 60))


async def _carry(story: Story) -> None:
    await story(World())
