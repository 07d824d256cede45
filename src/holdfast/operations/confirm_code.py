"""The built-in step-up: a code of six digits, made for one hold, amount, payee and link, and sent through the bank.

Of a code only a keyed hash is kept; the codes that were sent and the attempts that failed are acts of the hold, so
that opening another page or starting the server again gives nobody more of them.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from holdfast.holds.proof import Proof, signature
from holdfast.operations.hold_story import HoldStory
from holdfast.operations.read_hold import demand_of
from holdfast.operations.shard import Shard
from holdfast.operations.show_hold import Visit, shows, visit_hold, write_show
from holdfast.vocabulary.errors import ProofError
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.instants import MINUTE_MS
from holdfast.vocabulary.records import OutboxRow, Record
from holdfast.vocabulary.writing import LANGUAGES, money, requisite
from holdfast.wire.canonical import canonical, read_canonical

METHOD: Final = "app_code"
TOPIC: Final = "confirm_code"
MINUTES: Final = 10
ATTEMPTS: Final = 3
CODES: Final = 3
_SENT: Final = "hold.code_sent"
_WRONG: Final = "hold.code_wrong"
_DIGITS: Final = 6
_TEXTS: Final = {
    "ru": "{code} — код, чтобы подтвердить операцию: {amount}, {payee}. Не называйте его никому, даже сотруднику банка.",
    "kk": "{code} — операцияны растау коды: {amount}, {payee}. Оны ешкімге, тіпті банк қызметкеріне де айтпаңыз.",
    "en": "{code} is the code to confirm the operation: {amount}, {payee}. Tell it to nobody, not even to bank staff.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """How the newest code of a link stands: until when it counts, how many attempts are `left`, whether one `more`."""

    id: str
    until_ms: int
    left: int
    more: bool


class _Kept(Struct, frozen=True):
    """What is sealed of a code."""

    code: str = ""


def offers_code(shard: Shard, story: HoldStory) -> bool:
    """Tell whether a code of ours proves enough for this hold; never where the client's device may be the thief's."""
    demand = demand_of(shard, story)
    return not demand.careful and (not demand.methods or METHOD in demand.methods)
