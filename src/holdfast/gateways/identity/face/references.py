"""Where the picture lies with which a face is compared: the operator's own, fetched for one capture and never kept."""

import re
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

import httpx

from holdfast.vocabulary.errors import ProviderError, SettingError
from holdfast.vocabulary.face_specs import ReferencesAt

MAX_BYTES: Final = 12 * 1024 * 1024
TIMEOUT_S: Final = 5.0
NAMED: Final = "{subject_ref}"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
_OK, _ABSENT = 200, 404


class References(Protocol):
    """Gives the picture of a person."""

    async def picture(self, subject_ref: str) -> bytes | None:
        """Give a person's picture, `None` where there is none; raises ProviderError when that cannot be told."""
        ...

    async def close(self) -> None:
        """Close what connections are open."""
        ...


class NoReferences:
    """There are no pictures, so no face is compared."""

    async def picture(self, subject_ref: str) -> bytes | None:  # noqa: ARG002 - the port's name
        """Give nothing."""
        return None

    async def close(self) -> None:
        """Close nothing."""


class FolderReferences:
    """Pictures in a folder, each as `REF.jpg`; a reference that is no plain file name has none."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    async def picture(self, subject_ref: str) -> bytes | None:
        """Read a picture."""
        if not _PLAIN.fullmatch(subject_ref):
            return None
        try:
            return (self._folder / f"{subject_ref}.jpg").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ProviderError(f"the reference picture cannot be read: {error.strerror}") from None

    async def close(self) -> None:
        """Close nothing."""


class HttpReferences:
    """Pictures behind an address of the operator's; redirects and the environment's proxies are not followed."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        head = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, headers=head, trust_env=False)

    async def picture(self, subject_ref: str) -> bytes | None:
        """Ask for a picture: 200 gives it, 404 says that there is none, anything else is a fault."""
        try:
            async with self._client.stream("GET", self._url.replace(NAMED, quote(subject_ref, safe=""))) as answer:
                if answer.status_code == _ABSENT:
                    return None
                if answer.status_code != _OK:
                    raise ProviderError(f"the address of reference pictures answered {answer.status_code}")
                return await _limited(answer)
        except httpx.HTTPError as error:
            raise ProviderError(f"no reference picture could be fetched: {type(error).__name__}") from None

    async def close(self) -> None:
        """Close what connections are open."""
        await self._client.aclose()


async def _limited(answer: httpx.Response) -> bytes:
    data = bytearray()
    async for part in answer.aiter_bytes():
        data += part
        if len(data) > MAX_BYTES:
            raise ProviderError("the reference picture is too large")
    return bytes(data)


def references(at: ReferencesAt | None) -> References:
    """Make ready what gives pictures, as declared; raises SettingError."""
    if at is None:
        return NoReferences()
    if bool(at.folder) == bool(at.url):
        raise SettingError("`references` has either `folder` or `url`")
    if at.folder:
        return FolderReferences(at.folder)
    if NAMED not in at.url:
        raise SettingError(f"`references.url` holds no `{NAMED}`")
    return HttpReferences(at.url, _token(at.token_file))


def _token(path: str) -> str:
    """Read the token from its own file."""
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise SettingError(f"`references.token_file`: `{path}` cannot be read") from None
