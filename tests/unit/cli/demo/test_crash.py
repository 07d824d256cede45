"""The crash of the demonstration: what it counts when the server that comes back does not keep its word."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress

from holdfast.cli.demo.crash import CrashScene, Ledger
from holdfast.pages.crash import Course

Waiting = Mapping[str, Iterator[tuple[str, bool]]]
TOLD = Ledger(
    bodies={name: name.encode() for name in ("a", "b", "c", "d")},
    answers={"a": b"first a", "b": b"first b"},
    cut_off={"c", "d"},
)


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Waiting) -> None:
    """Answer each event by its script until the caller hangs up."""
    with suppress(asyncio.IncompleteReadError):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            text, repeated = next(waiting[(await reader.readexactly(1)).decode()])
            head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(text)}\r\n"
            head += "holdfast-replayed: true\r\n" if repeated else ""
            writer.write(f"{head}\r\n{text}".encode())
    writer.close()
    await writer.wait_closed()


def ask_again(answers: Mapping[str, list[tuple[str, bool]]]) -> Course:
    """Let the callers ask a scripted server again: texts by event, each with whether it repeats an earlier answer."""
    waiting = {name: iter(script) for name, script in answers.items()}

    async def run() -> Course:
        scene, talks = CrashScene("ru"), []

        def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.append(asyncio.ensure_future(talk(reader, writer, waiting)))

        async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
            await scene._ask_again(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", TOLD)
        await asyncio.gather(*talks)
        return scene.course

    return asyncio.run(run())


def test_a_server_that_keeps_its_word() -> None:
    """Same answers are kept; of the calls cut off one was on disk, one is decided now, and both stay as they are."""
    course = ask_again(
        {
            "a": [("first a", True)],
            "b": [("first b", True)],
            "c": [("c", True), ("c", True)],
            "d": [("d", False), ("d", True)],
        }
    )
    assert (course.kept, course.lost, course.twice, course.landed, course.fresh) == (2, 0, 0, 1, 1)


def test_a_server_that_does_not() -> None:
    """A fresh answer was lost, one that differs was decided twice, and so was a cut-off call that changes its mind."""
    course = ask_again(
        {
            "a": [("second a", False)],
            "b": [("second b", True)],
            "c": [("c", True), ("other c", True)],
            "d": [("d", False), ("d", True)],
        }
    )
    assert (course.kept, course.lost, course.twice) == (0, 1, 2)
    assert not course.is_whole
