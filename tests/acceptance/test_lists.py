"""Full snapshots of lists over HTTP: difference, removal by absence, quarantine, the second person, restarts."""

import json
import signal
import threading
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import NOON, Server, StartServer, state, transfer

LIST = "ru.cbr.recipients"
SIGN = "ru.od-2506.1.1"
Json = dict[str, Any]


def inns(*numbers: int) -> str:
    """Write a feed of taxpayer numbers."""
    return "".join(f"{number:012d};06.05.2026 13:14:15;1;RUS\r\n" for number in numbers)


LISTED = 500100732259


def put_in(server: Server, text: str, day: int, name: str = LIST, **query: str) -> httpx.Response:
    """Import a snapshot of taxpayer numbers published on a day of May."""
    asked = {"type": "inn", "published_at": f"2026-05-{day:02d}T08:00:00+03:00", "by": "anna"} | query
    params = {key: value for key, value in asked.items() if value}
    return server.client.post(f"/v1/lists/{name}/import", params=params, content=text.encode())


def taken(answer: httpx.Response) -> Json:
    """Give the answer of an import that was taken."""
    assert answer.status_code == httpx.codes.OK, answer.text
    row: Json = answer.json()
    return row


def held(answer: httpx.Response) -> Json:
    """Give the answer of an import that went into quarantine."""
    assert (answer.status_code, answer.json()["code"]) == (409, "quarantined"), answer.text
    row: Json = answer.json()
    return row


def doubts(row: Json) -> set[str]:
    """Give the kinds of finding."""
    return {finding["doubt"] for finding in row["findings"]}


def test_removal_by_absence_clears_the_sign_at_once(start: StartServer) -> None:
    """A value comes with a snapshot, fires the sign, and is off the list as soon as a snapshot lacks it."""
    server = start()
    first = taken(put_in(server, inns(LISTED, 1, 2), 6))
    assert (first["added"], first["removed"], first["entries"], first["faults"]) == (3, 0, 3, [])
    assert first["published_at"] == "2026-05-06T08:00:00.000+03:00"
    assert state(server.decide(transfer("tr-1")), SIGN) == "fired"
    second = taken(put_in(server, inns(1, 2, 3), 7))
    assert (second["added"], second["removed"], second["entries"]) == (1, 1, 3)
    decision = server.decide(transfer("tr-2"))
    assert (state(decision, SIGN), decision["outcome"]) == ("clear", "allow")
    assert decision["versions"]["lists"][LIST] == second["version"]


def test_other_kinds_are_left_alone(start: StartServer) -> None:
    """Every type of feed is a snapshot of its own kind."""
    server = start()
    taken(put_in(server, inns(LISTED), 6))
    phones = put_in(server, "9161234567;06.05.2026;1;RUS\n", 6, type="phoneNumber")
    assert (taken(phones)["added"], taken(phones)["entries"]) == (1, 2)
    assert state(server.decide(transfer("tr-1")), SIGN) == "fired"


def test_versions_are_kept_with_their_differences(start: StartServer) -> None:
    """Every version is listed, newest first, and tells what it added and removed."""
    server = start()
    first = taken(put_in(server, inns(1, 2), 6))
    second = taken(put_in(server, inns(2, 3), 7))
    rows = server.client.get(f"/v1/lists/{LIST}/versions").json()
    assert [row["version"] for row in rows["items"]] == [second["version"], first["version"]]
    page = server.client.get(f"/v1/lists/{LIST}/versions/{second['version']}").json()
    changes = {(item["change"], item["value"]) for item in page["items"]}
    assert changes == {("added", f"{3:012d}"), ("removed", f"{1:012d}")}
    one = server.client.get(f"/v1/lists/{LIST}/versions", params={"limit": 1}).json()
    more = server.client.get(f"/v1/lists/{LIST}/versions", params={"limit": 1, "cursor": one["next"]}).json()
    assert [row["version"] for row in more["items"]] == [first["version"]]
    assert server.client.get(f"/v1/lists/{LIST}/versions/9.x").status_code == httpx.codes.NOT_FOUND


BAD = {
    "empty": ("", 7, {}, {"empty", "shrinks"}),
    "shrunk": (inns(*range(100)), 7, {}, {"shrinks"}),
    "grown": (inns(*range(900)), 7, {}, {"grows"}),
    "cut off": (inns(*range(200))[:-9], 7, {}, {"truncated", "faulty"}),
    "old": (inns(*range(200)), 6, {}, {"not_newer"}),
    "undated": (inns(*range(200)), 7, {"published_at": ""}, {"undated"}),
    "another type": (inns(*range(200)), 7, {"declared_type": "cardNumber"}, {"wrong_type"}),
    "short of rows": (inns(*range(200)), 7, {"declared_rows": "201"}, {"count"}),
}


@pytest.mark.parametrize("why", BAD)
def test_a_doubtful_snapshot_is_quarantined_and_the_last_good_one_stays(start: StartServer, why: str) -> None:
    """Each doubt holds a snapshot back with an alarm, and the list answers as before."""
    text, day, query, expected = BAD[why]
    server = start()
    good = taken(put_in(server, inns(LISTED, *range(200)), 6))
    row = held(put_in(server, text, day, **query))
    assert doubts(row) <= expected
    assert doubts(row)
    assert all(finding["message"] for finding in row["findings"])
    listing = server.client.get(f"/v1/lists/{LIST}").json()
    assert (listing["version"], [one["id"] for one in listing["quarantine"]]) == (good["version"], [row["id"]])
    ready = server.client.get("/readyz")
    assert ready.status_code == httpx.codes.OK
    assert any(row["id"] in line for line in ready.json()["degraded"])
    assert state(server.decide(transfer("tr-1")), SIGN) == "fired"


def test_a_second_person_releases_a_snapshot(start: StartServer) -> None:
    """The person who loaded a snapshot cannot approve it; another one can, also after a restart."""
    server = start()
    taken(put_in(server, inns(LISTED, *range(200)), 6))
    row = held(put_in(server, inns(*range(100)), 7))
    server.restart(signal.SIGKILL)
    path = f"/v1/lists/{LIST}/import/{row['id']}"
    assert doubts(server.client.get(path).json()) == {"shrinks"}
    same = server.post(f"{path}/approve", {"by": "Anna "})
    assert (same.status_code, same.json()["code"]) == (403, "forbidden")
    assert state(server.decide(transfer("tr-1")), SIGN) == "fired"
    approved = taken(server.post(f"{path}/approve", {"by": "boris"}))
    assert (approved["removed"], approved["by"]) == (101, "anna, boris")
    assert state(server.decide(transfer("tr-2")), SIGN) == "clear"
    assert server.client.get(path).status_code == httpx.codes.NOT_FOUND
    assert not any("quarantine" in line for line in server.client.get("/readyz").json()["degraded"])


def test_a_file_of_another_type_cannot_be_approved(start: StartServer) -> None:
    """What the sender calls by another type is another list, whoever approves."""
    server = start()
    row = held(put_in(server, inns(1), 6, declared_type="cardNumber"))
    answer = server.post(f"/v1/lists/{LIST}/import/{row['id']}/approve", {"by": "boris"})
    assert (answer.status_code, answer.json()["code"]) == (409, "quarantined")


def test_a_quarantine_is_dropped_or_superseded(start: StartServer) -> None:
    """A snapshot in quarantine goes by order, or when a newer one of its type takes force."""
    server = start()
    taken(put_in(server, inns(*range(200)), 6))
    first = held(put_in(server, "", 7))
    path = f"/v1/lists/{LIST}/import/{first['id']}"
    assert server.client.delete(path).status_code == httpx.codes.NO_CONTENT
    assert server.client.delete(path).status_code == httpx.codes.NOT_FOUND
    held(put_in(server, "", 8))
    taken(put_in(server, inns(*range(201)), 9))
    assert server.client.get(f"/v1/lists/{LIST}").json()["quarantine"] == []
    server.restart()
    assert server.client.get("/readyz").json()["degraded"] == []


def test_an_empty_first_snapshot_counts_as_loaded(start: StartServer) -> None:
    """A regulator's list counts as loaded from its first import, also an empty one."""
    server = start()
    assert taken(put_in(server, "", 6))["entries"] == 0
    assert server.client.get(f"/v1/lists/{LIST}").json()["version"] is not None
    assert taken(put_in(server, inns(*range(500)), 7))["added"] == 500
    assert "empty" in doubts(held(put_in(server, "", 8)))


def test_bad_rows_are_reported_by_line_and_never_repeated(start: StartServer) -> None:
    """Rows that cannot be used are named by their line; the rest is taken; the value is not repeated."""
    text = inns(*range(300)) + "secret-9;06.05.2026;1;RUS\r\n" + inns(300) + "500100732259;31.02.2026;1;RUS\r\n"
    row = taken(put_in(start(), text, 6))
    assert [(fault["line"], fault["column"]) for fault in row["faults"]] == [(301, "value"), (303, "date")]
    assert (row["added"], row["faulty_rows"]) == (301, 2)
    assert "secret" not in json.dumps(row)


def test_a_plain_table_is_the_whole_list(start: StartServer) -> None:
    """A bank's own table sets the list to what it holds, with reasons, documents and expiries."""
    server = start()
    table = "kind,value,reason,expires_at\ninn,500100732259,жалоба,2026-05-08\nphone,+79161234567,,\n"
    url = "/v1/lists/bank.recipients/import"
    assert taken(server.client.post(url, content=table.encode()))["added"] == 2
    again = "kind,value,reason\nphone,+79161234567,другая причина\n"
    assert taken(server.client.post(url, content=again.encode()))["removed"] == 1
    items = server.client.get("/v1/lists/bank.recipients").json()["items"]
    assert [(item["kind"], item["reason"]) for item in items] == [("phone", "другая причина")]
    broken = server.client.post(url, content=b"a,b\n1,2\n")
    assert (broken.status_code, broken.json()["pointer"]) == (422, "/1")


def test_marks_of_the_police_come_apart_and_stay(start: StartServer) -> None:
    """Marks are set on what is listed, kept for what is not yet, and survive the next snapshot and a restart."""
    server = start()
    taken(put_in(server, inns(1, 2), 6))
    marks = taken(put_in(server, f"{1:012d}\n{3:012d}\n", 6, marked="true"))
    assert (marks["unmatched"], marks["added"]) == (1, 2)
    assert marked_values(server) == {f"{1:012d}"}
    server.restart(signal.SIGKILL)
    taken(put_in(server, inns(1, 2, 3), 7))
    assert marked_values(server) == {f"{1:012d}", f"{3:012d}"}
    taken(put_in(server, f"{3:012d}\n", 7, marked="true"))
    assert marked_values(server) == {f"{3:012d}"}
    assert [row["list"] for row in server.client.get("/v1/lists").json()["items"] if ":" in row["list"]] == []


def marked_values(server: Server) -> set[str]:
    """Give the values of the list that carry the mark."""
    return {item["value"] for item in server.client.get(f"/v1/lists/{LIST}").json()["items"] if item["police"]}


def test_a_list_has_a_purpose_and_limits_of_its_own(start: StartServer) -> None:
    """Limits set on a list decide what is quarantined; both survive a restart."""
    server = start()
    body = {"purpose": "mule", "title": "Дропперы", "limits": {"shrink_percent": 1, "floor_entries": 0}}
    assert server.client.put("/v1/lists/bank.mules", content=json.dumps(body)).status_code == httpx.codes.OK
    server.restart()
    row = server.client.get("/v1/lists/bank.mules").json()
    assert (row["purpose"], row["title"], row["limits"]["shrink_percent"]) == ("mule", "Дропперы", 1)
    taken(put_in(server, inns(*range(50)), 6, name="bank.mules"))
    assert doubts(held(put_in(server, inns(*range(48)), 7, name="bank.mules"))) == {"shrinks"}
    assert server.client.put("/v1/lists/bank.mules", content='{"purpose": "x"}').status_code == 422


REFUSED = {
    "an unknown type": {"type": "accountNumbers"},
    "an instant without offset": {"published_at": "2026-05-08T12:00:00"},
    "an unknown parameter": {"mark": "true"},
    "marks without a type": {"type": "", "marked": "true"},
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_wrong_request_is_refused(start: StartServer, why: str) -> None:
    """What a caller says of a snapshot is checked before anything is read."""
    answer = put_in(start(), inns(1), 6, **REFUSED[why])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("way", ["snapshot", "entries"])
def test_a_list_that_nobody_asks_is_not_made_by_a_slip(start: StartServer, way: str) -> None:
    """A new list of a regulator that no sign asks would stop nobody: it is refused unless its settings come first."""
    server, slip = start(), "ru.cbr.recipient"
    entries = {"entries": [{"kind": "inn", "value": f"{LISTED:012d}"}]}

    def put() -> httpx.Response:
        path = f"/v1/lists/{slip}/entries"
        return put_in(server, inns(1), 6, name=slip) if way == "snapshot" else server.client.post(path, json=entries)

    refused = put()
    assert (refused.status_code, refused.json()["pointer"]) == (422, "/list"), refused.text
    assert f"`{LIST}`" in refused.json()["hint"]
    assert server.client.get(f"/v1/lists/{slip}/versions").status_code == httpx.codes.NOT_FOUND
    assert server.client.put(f"/v1/lists/{slip}", json={"purpose": "watch"}).is_success
    assert put().is_success


def test_progress_is_told_line_by_line(start: StartServer) -> None:
    """A caller that asks for lines hears of each step and gets the answer last."""
    server = start()
    url = f"/v1/lists/{LIST}/import"
    params = {"type": "inn", "published_at": NOON}
    answer = server.client.post(
        url, params=params, content=inns(*range(5000)).encode(), headers={"accept": "application/x-ndjson"}
    )
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["stage"] for line in lines[:-1]} == {"reading", "staging"}
    assert (lines[-1]["status"], lines[-1]["answer"]["added"]) == (200, 5000)


def big_feed(rows: int) -> bytes:
    """Write a large feed of accounts."""
    return "".join(f"40817810{n:012d};044525225;06.05.2026 13:14:15;1;RUS\r\n" for n in range(rows)).encode()


def test_decisions_go_on_while_a_large_snapshot_is_loaded(start: StartServer) -> None:
    """Decisions are answered all through an import of 200,000 rows, against a version that was whole."""
    server = start()
    results: list[httpx.Response] = []
    params = {"type": "accountNumber", "published_at": NOON}
    url = str(server.client.base_url.join(f"/v1/lists/{LIST}/import"))

    def load() -> None:
        results.append(httpx.post(url, params=params, content=big_feed(200_000), timeout=120))

    loader = threading.Thread(target=load)
    loader.start()
    versions: list[str | None] = []
    while loader.is_alive():
        versions.append(server.decide(transfer(f"tr-{len(versions)}"))["versions"]["lists"][LIST])
    loader.join()
    version = taken(results[0])
    assert (version["added"], version["entries"]) == (200_000, 200_000)
    assert set(versions) <= {None, version["version"]}
    assert versions[0] is None
    decision = server.decide(transfer("tr-last", payee={"account": "40817810000000000007", "bic": "044525225"}))
    assert state(decision, SIGN) == "fired"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["reading", "staging"])
def test_an_end_in_the_middle_of_an_import_leaves_the_last_good_version(
    start: StartServer, how: signal.Signals, stage: str
) -> None:
    """After a kill, or a stop that does not wait, the old version answers, and the import can be done again."""
    server = start()
    good = taken(put_in(server, inns(LISTED), 6))
    params = {"type": "accountNumber", "published_at": NOON}
    url = f"/v1/lists/{LIST}/import"
    lines = {"accept": "application/x-ndjson"}
    with server.client.stream("POST", url, params=params, content=big_feed(60_000), headers=lines) as answer:
        for line in answer.iter_lines():
            if json.loads(line)["stage"] == stage:
                break
        server.process.send_signal(how)
    server.restart(how)
    assert server.client.get(f"/v1/lists/{LIST}").json()["version"] == good["version"]
    assert state(server.decide(transfer("tr-1")), SIGN) == "fired"
    assert list((server.data / "imports").iterdir()) == []
    again = server.client.post(url, params=params, content=big_feed(60_000), timeout=60)
    assert taken(again)["entries"] == 60_001
