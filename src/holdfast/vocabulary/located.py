"""Where an address on the network lies, as far as tables of addresses tell."""

from dataclasses import asdict, dataclass

from holdfast.vocabulary.event import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What is known of one IP address; what is `None` was not determined.

    `country` is ISO 3166, `kind` is residential, mobile, cgnat, hosting or vpn, `network` the autonomous system such
    as `AS21299`. `accuracy_km` is the radius around the point (degrees north and east). `source` names the tables that
    were asked, each with the day on which it was built, that of the country first.
    """

    country: str | None = None
    kind: str | None = None
    network: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_km: float | None = None
    source: str | None = None

    def values(self) -> dict[str, Value]:
        """Give what is known under the names of a session: `ip_country` and the others."""
        return {f"ip_{name}": value for name, value in asdict(self).items() if value is not None}


NOT_DETERMINED = Located()
