"""The processes that look at photos: they come late, die alone and keep nobody waiting for long."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from holdfast.operations import photo_pool
from holdfast.operations.look_at_photo import look_at_photo
from holdfast.operations.photo_pool import PhotoPool
from holdfast.vocabulary.errors import OverloadedError, PhotoError, TooLargeError, UnavailableError
from tests.pictures.scenes import street
from tests.pictures.transforms import jpeg

PICTURE = jpeg(street(1), 90)


@asynccontextmanager
async def pool(size: int = 1, look_s: float = 30.0, wait_s: float = 30.0, waiting: int = 8) -> AsyncIterator[PhotoPool]:
    """Give a pool and end its processes."""
    made = PhotoPool(size=size, look_s=look_s, wait_s=wait_s, waiting=waiting)
    try:
        yield made
    finally:
        await made.close()


def test_another_process_sees_what_this_one_sees() -> None:
    """What comes back is what a look in this process gives; no process runs before the first photo."""

    async def story() -> None:
        async with pool() as photos:
            assert photos._idle == []
            assert await photos.look(PICTURE) == look_at_photo(PICTURE)
            (process,) = photos._idle
            assert await photos.look(PICTURE) == look_at_photo(PICTURE)
            assert photos._idle == [process]
        assert process.returncode is not None

    asyncio.run(story())


def test_a_bad_picture_is_refused_and_the_process_goes_on() -> None:
    """Errors keep their kind, their message and their hint on the way."""

    async def story() -> None:
        async with pool() as photos:
            with pytest.raises(PhotoError, match="not JPEG"):
                await photos.look(b"garbage")
            with pytest.raises(TooLargeError, match="bytes"):
                await photos.look(b"\0" * (12 * 1024 * 1024 + 1))
            (process,) = photos._idle
            assert (await photos.look(PICTURE)).photo.fingerprint
            assert photos._idle == [process]

    asyncio.run(story())


def test_a_picture_that_kills_its_process_kills_no_other() -> None:
    """Its photo is refused, and the next one gets a new process."""

    async def story() -> None:
        async with pool() as photos:
            await photos.look(PICTURE)
            (process,) = photos._idle
            os.kill(process.pid, signal.SIGSTOP)
            looking = asyncio.create_task(photos.look(PICTURE))
            await asyncio.sleep(0.05)
            os.kill(process.pid, signal.SIGKILL)
            with pytest.raises(PhotoError, match="limits"):
                await looking
            assert (await photos.look(PICTURE)).photo.fingerprint
            assert photos._idle != [process]

    asyncio.run(story())


def test_a_picture_that_hangs_is_given_up() -> None:
    """Beyond its time the process is ended."""

    async def story() -> None:
        async with pool(look_s=0.3) as photos:
            process = await photo_pool._started()
            photos._idle.append(process)
            os.kill(process.pid, signal.SIGSTOP)
            with pytest.raises(PhotoError, match="limits"):
                await photos.look(PICTURE)
            assert process.returncode is not None
            assert photos._idle == []

    asyncio.run(story())


def test_the_answer_of_a_call_that_was_given_up_is_nobody_elses() -> None:
    """Whoever hangs up takes the process along, and the next photo gets its own answer."""

    async def story() -> None:
        async with pool() as photos:
            await photos.look(PICTURE)
            call = asyncio.create_task(photos.look(PICTURE))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            with pytest.raises(PhotoError, match="not JPEG"):
                await photos.look(b"garbage")

    asyncio.run(story())


def test_who_would_wait_for_too_long_is_turned_away() -> None:
    """Neither long nor behind many: 503, and the others are looked at."""

    async def story() -> None:
        async with pool(wait_s=0.05, waiting=2) as photos:
            await photos.look(PICTURE)
            (process,) = photos._idle
            os.kill(process.pid, signal.SIGSTOP)
            first = asyncio.create_task(photos.look(PICTURE))
            await asyncio.sleep(0.01)
            others = await asyncio.gather(*(photos.look(PICTURE) for _ in range(4)), return_exceptions=True)
            assert all(isinstance(one, OverloadedError) for one in others)
            assert photos.refused == 4
            os.kill(process.pid, signal.SIGCONT)
            assert (await first).photo.fingerprint

    asyncio.run(story())


def test_a_process_that_does_not_start_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller hears to try again."""
    monkeypatch.setattr(photo_pool, "_MODULE", "holdfast.no_such_module")

    async def story() -> None:
        async with pool() as photos:
            with pytest.raises(UnavailableError, match="does not start"):
                await photos.look(PICTURE)

    asyncio.run(story())
