"""How an invented operator behaves at the moment."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Manners:
    """What may be wrong with an operator; a test or a scene changes it while it runs.

    `slow_s` is waited before each answer, `token_slow_s` before each token. `down` answers 503 to everything, `busy`
    429, and `unforwarded` 501 where all kinds of forwarding are asked for. `cap_hours` is how far back it looks at
    most, `monitored_days` how far back it knows dates; `withheld` says that it keeps them to itself. `token_life_s` is
    how long its tokens live, `spoilt` says that it takes none of those it gave, `mistrusts` that it knows no client.
    """

    slow_s: float = 0.0
    token_slow_s: float = 0.0
    down: bool = False
    busy: bool = False
    cap_hours: int = 2_400
    withheld: bool = False
    monitored_days: int | None = None
    token_life_s: int = 3_600
    spoilt: bool = False
    mistrusts: bool = False
    unforwarded: bool = False
