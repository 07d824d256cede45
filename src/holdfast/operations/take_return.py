"""Take a person back from a provider's page: the browser brings what there is to exchange, and decides nothing."""

from urllib.parse import urlencode

import structlog

from holdfast.operations.session_story import session_story
from holdfast.operations.shard import Shard
from holdfast.operations.take_callback import session_of, take_told
from holdfast.vocabulary.errors import NotFoundError, ProviderError

_log = structlog.get_logger("holdfast.operations")


async def take_return(shard: Shard, name: str, query: bytes) -> str:
    """Fetch what the person's return announces, and give the tenant's page to go on to; empty where it named none.

    The page is told which session it was and nothing of how it stands: the tenant reads that from its own side.
    Raises NotFoundError for a provider or a session that is not known, CallbackError for a state that is not ours.
    """
    provider = shard.identity.get(name)
    if provider is None:
        raise NotFoundError(f"there is no identity provider `{name[:80]}`", hint="`--identity` declares them")
    told = provider.told({}, query)
    session_id = await session_of(shard, name, told.reference)
    if session_id is None:
        raise NotFoundError("there is no such session")
    try:
        await take_told(shard, name, told)
    except ProviderError as error:  # noted in the story; the tenant's page asks again
        _log.warning("an identity provider failed", provider=name, error=error.message)
    story = await session_story(shard, session_id)
    url = story.bound.return_url if story.bound else ""
    if not url:
        return ""
    page, mark, fragment = url.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{urlencode({'session': session_id})}{mark}{fragment}"
