"""A session as its person reads it: which screen, and the values on it, all in one language."""

from dataclasses import dataclass
from typing import Final

from holdfast.operations.capture_visit import CaptureVisit, Choices, choices
from holdfast.operations.session_story import SessionStory
from holdfast.operations.shard import Shard
from holdfast.pages.words import Words, texts
from holdfast.vocabulary.identity import FINAL, SessionState, Way
from holdfast.vocabulary.writing import masked, moment, money
from holdfast.wire.canonical import content_hash

BOOK: Final = "capture"
ASK: Final = "ask"
CAMERA: Final = "camera"
_LINES: Final = ("lead", "camera", "compare", "kept", "answer", "once", "withdraw", "free")
_CAPTURING: Final = frozenset({SessionState.CREATED, SessionState.STARTED})
_GONE: Final = frozenset({SessionState.CANCELLED, SessionState.REDACTED})
_VERSION_LETTERS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureView:
    """What the pages of one session show; `screen` is `ask`, `camera`, `chosen`, `withdrawn` or a state's word."""

    screen: str
    purpose: str
    amount: str
    payee: str
    until: str
    number: str
    return_url: str
    way: Way | None
    choices: Choices

    @property
    def is_open(self) -> bool:
        """Tell whether the person may still choose a way."""
        return self.screen in {ASK, CAMERA}

    @property
    def may_capture(self) -> bool:
        """Tell whether the camera is offered."""
        return self.choices.may_capture

    @property
    def too_young(self) -> bool:
        """Tell whether the person is under age."""
        return self.choices.too_young

    @property
    def must_declare_age(self) -> bool:
        """Tell whether the person must say to be of age."""
        return self.choices.must_declare_age

    @property
    def has_consent(self) -> bool:
        """Tell whether there is a consent to withdraw."""
        return not self.choices.must_agree

    @property
    def left(self) -> int:
        """Give how many attempts are left."""
        return self.choices.left

    @property
    def ways(self) -> tuple[str, ...]:
        """Name the ways without a camera."""
        return tuple(way.value for way in self.choices.ways)


def capture_view(shard: Shard, visit: CaptureVisit, words: Words) -> CaptureView:
    """Make the view of a visit."""
    story = visit.story
    bound, terms = story.bound, story.standing.terms
    operation = bound.operation if bound else None
    amount = operation.amount_minor if operation else None
    payee = masked(operation.payee) if operation and operation.payee else ""
    now = choices(shard, story)
    return CaptureView(
        screen=_screen(shard, story, now),
        purpose=terms.purpose.value,
        amount=money(amount, operation.currency, words.language) if operation and amount is not None else "",
        payee=payee if payee != "*" else "",
        until=moment(terms.expires_ms, words.language, shard.tenant.zone),
        number=story.id,
        return_url=bound.return_url if bound else "",
        way=story.standing.way,
        choices=now,
    )


def consent_text(words: Words, owner: str) -> tuple[str, ...]:
    """Give the text of the consent, line by line; `owner` is who asks, in the language's own words where unnamed."""
    lead, *rest = _LINES
    named = words(f"consent.{lead}", owner=owner or words("owner"))
    return (named, *(words(f"consent.{line}") for line in rest))


def consent_version(language: str) -> str:
    """Name the version of a language's text of consent: it follows from the text, so that no change keeps its name."""
    lines = [text for key, text in sorted(texts(language, BOOK).items()) if key.startswith("consent.")]
    return f"capture-{language}-{content_hash(chr(0x1F).join(lines).encode())[:_VERSION_LETTERS]}"


def _screen(shard: Shard, story: SessionStory, now: Choices) -> str:
    """Name the screen of a session as it stands."""
    state = story.standing.state_at(shard.ports.clock.now_ms())
    if state in _GONE and story.standing.withdrawn:
        return "withdrawn"
    if state not in FINAL and story.standing.way is not None:
        return "chosen"
    if state not in _CAPTURING:
        return state.value
    return CAMERA if now.may_capture and not (now.must_agree or now.must_declare_age) else ASK
