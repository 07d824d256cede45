"""Every setting in one table: name, default, meaning; command line, environment and documentation come from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from holdfast.vocabulary.deadline import LONGEST_MS
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.spelling import meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table; `kind` says how its text is read."""

    name: str
    default: Any
    meaning: str
    kind: str = "text"

    @property
    def variable(self) -> str:
        """Give the name of its environment variable."""
        return f"HOLDFAST_{self.name.upper()}"


_TENANT = "default"
TABLE: tuple[Setting, ...] = (
    Setting(name="data", default="data", meaning="data directory, made at the first start", kind="path"),
    Setting(name="host", default="127.0.0.1", meaning="address to listen on"),
    Setting(name="port", default=8000, meaning="port to listen on; 0 takes a free one", kind="port"),
    Setting(
        name="packs", default="ru", meaning="regulation packs, by folder or name, separated by commas", kind="words"
    ),
    Setting(name="home", default="", meaning="home country (ISO 3166); by default that of the first pack"),
    Setting(name="zone", default="", meaning="time zone of legal clocks; by default that of the home country"),
    Setting(name="language", default="ru", meaning="language of titles in decisions: ru, kk or en"),
    Setting(name="tenant", default=_TENANT, meaning="name of the bank or site whose data this directory holds"),
    Setting(name="mode", default="", meaning="modes by id, such as `ru.od-2506.1.6=observe,sbp=advise`", kind="pairs"),
    Setting(name="set", default="", meaning="parameters, such as `ru.od-2506:apdu_limit_ms=900`", kind="pairs"),
    Setting(name="model", default="", meaning="folder of the model that scores: `model.yaml` and `model.txt`"),
    Setting(name="trust", default="", meaning="proposal packs that may act beyond a challenge", kind="words"),
    Setting(
        name="import_limit_mb",
        default=256,
        meaning="largest snapshot of a list that an import takes, in megabytes",
        kind="number",
    ),
    Setting(
        name="dev", default=False, meaning="open without keys, on loopback only, lists loaded and empty", kind="switch"
    ),
    Setting(
        name="clock", default="", meaning="test clock: start in this RFC 3339 instant and stand still (only with dev)"
    ),
    Setting(
        name="shares",
        default="",
        meaning="calls a second by API key, such as `key_0199=200`: what is beyond is answered 429",
        kind="pairs",
    ),
    Setting(name="webhook", default="", meaning="address of the bank that takes messages: https, or this machine"),
    Setting(name="webhook_secret_file", default="", meaning="file with the `whsec_` secret that signs messages"),
    Setting(
        name="webhook_plain", default=False, meaning="let `webhook` be http in a network that is private", kind="switch"
    ),
    Setting(
        name="notices_file",
        default="",
        meaning="file that takes messages as lines where no `webhook` is set; with `dev`, `notices.jsonl` in the data",
    ),
    Setting(name="bank_name", default="", meaning="the bank's name in notices; by default the tenant's"),
    Setting(name="bank_phone", default="", meaning="telephone in notices, which clients know; else that on their card"),
    Setting(
        name="proof_key_file", default="", meaning="file with the key, in hex, by which the bank signs a client's proof"
    ),
    Setting(
        name="traces",
        default="",
        meaning="address of an OpenTelemetry collector (OTLP over HTTP), such as `http://127.0.0.1:4318`",
    ),
    Setting(
        name="traces_share",
        default=0.01,
        meaning="share of calls that leave a trace, from 0 to 1, where the caller has begun none",
        kind="share",
    ),
    Setting(name="log", default="text", meaning="how the log is written: text, or json with one object a line"),
    Setting(
        name="compact_records",
        default=200_000,
        meaning="records after which the server has the next snapshot made beside it; 0 never does",
        kind="number",
    ),
    Setting(name="rules", default="", meaning="file of the bank's own rules, a pack of its own such as `policy.bank`"),
    Setting(name="providers", default="", meaning="file that declares who is asked outside before a decision"),
    Setting(name="identity", default="", meaning="file that declares who verifies identities"),
    Setting(
        name="places",
        default="",
        meaning="tables of network addresses (`.mmdb`), separated by commas; without one no country is determined",
        kind="words",
    ),
    Setting(
        name="deadlines",
        default="",
        meaning="milliseconds of an answer by event type, such as `transfer=200`, where its caller names none",
        kind="pairs",
    ),
)
RESULTS_FILE = "demo-results.json"  # in the data directory of a demonstration: its figures, for the pages
_NOTICES_FILE = "notices.jsonl"
_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_LOGS = ("text", "json")
_LAST_PORT = 65_535
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ZONES = {"RU": "Europe/Moscow", "KZ": "Asia/Almaty", "US": "America/New_York"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings as read."""

    data: Path
    host: str
    port: int
    packs: tuple[str, ...]
    home: str
    zone: str
    language: str
    tenant: str
    mode: Mapping[str, str]
    set: Mapping[str, str]
    model: str
    trust: tuple[str, ...]
    import_limit_mb: int
    dev: bool
    clock: str
    shares: Mapping[str, str]
    webhook: str
    webhook_secret_file: str
    webhook_plain: bool
    notices_file: str
    bank_name: str
    bank_phone: str
    proof_key_file: str
    traces: str
    traces_share: float
    log: str
    compact_records: int
    rules: str
    providers: str
    identity: str
    places: tuple[str, ...]
    deadlines: Mapping[str, str]

    def tzinfo(self) -> ZoneInfo:
        """Give the zone of legal clocks."""
        return ZoneInfo(self.zone)

    def modes(self) -> dict[str, Mode]:
        """Read the modes."""
        try:
            return {name: Mode(word) for name, word in self.mode.items()}
        except ValueError as error:
            raise SettingError(f"`mode`: {error}", hint="observe, advise or enforce") from None

    def calls_per_second(self) -> dict[str, float]:
        """Read what was agreed with API keys."""
        return {key: _rate(key, text) for key, text in self.shares.items()}

    def patience(self) -> dict[str, int]:
        """Read the operator's times of answers in milliseconds, by event type."""
        return {name: _milliseconds(name, text) for name, text in self.deadlines.items()}

    def parameters(self) -> dict[str, bool | int | float | str]:
        """Read the operator's values of pack parameters."""
        return {name: _scalar(text) for name, text in self.set.items()}


def _rate(key: str, text: str) -> float:
    """Read calls a second."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise SettingError(f"`shares`: `{key}` cannot have `{text}`", hint="whole calls a second, at least one")
    return float(text)


def _milliseconds(name: str, text: str) -> int:
    """Read the time of an answer."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_MS:
        hint = f"whole milliseconds from 1 to {LONGEST_MS}"
        raise SettingError(f"`deadlines`: `{name}` cannot have `{text}`", hint=hint)
    return int(text)


def _scalar(text: str) -> bool | int | float | str:
    """Read a number, a truth value or a text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _read(setting: Setting, value: Any) -> Any:
    """Read one value from its text."""
    readers: dict[str, Callable[[Any], Any]] = {
        "path": Path,
        "port": _port,
        "number": _whole,
        "share": _share,
        "words": lambda text: tuple(word.strip() for word in str(text).split(",") if word.strip()),
        "pairs": lambda text: _pairs(setting, str(text)),
        "switch": lambda text: _SWITCH[str(text).lower()],
        "text": str,
    }
    try:
        return readers[setting.kind](value)
    except (ValueError, KeyError):
        raise SettingError(f"`{setting.name}` cannot be `{value}`", hint=setting.meaning) from None


def _whole(text: Any) -> int:
    """Read a whole number that is not negative."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _share(text: Any) -> float:
    """Read a share of the whole."""
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(share)
    return share


def _port(text: Any) -> int:
    """Read a port."""
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise ValueError(port)
    return port


def _pairs(setting: Setting, text: str) -> dict[str, str]:
    """Read `name=value` pairs."""
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    if any(not pair.partition("=")[0].strip() or not pair.partition("=")[2].strip() for pair in pairs):
        raise SettingError(f"`{setting.name}` takes pairs `name=value`", hint=setting.meaning)
    return {name.strip(): value.strip() for name, _, value in (pair.partition("=") for pair in pairs)}


def read_settings(given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Read every setting: what is given on the command line, else the environment, else the default."""
    known = {setting.variable for setting in TABLE}
    strange = [name for name in environment if name.startswith("HOLDFAST_") and name not in known]
    if strange:
        raise SettingError(f"there is no setting `{strange[0]}`", hint=f"one of {', '.join(sorted(known))}")
    values = {
        setting.name: _read(
            setting,
            given[setting.name]
            if given.get(setting.name) is not None
            else environment.get(setting.variable, setting.default),
        )
        for setting in TABLE
    }
    return _checked(_completed(values))


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in what follows from other settings."""
    first = values["packs"][0].partition("/")[0].upper() if values["packs"] else "RU"
    values["home"] = (values["home"] or first).upper()
    values["bank_name"] = values["bank_name"] or ("" if values["tenant"] == _TENANT else values["tenant"])
    if values["dev"] and not values["webhook"] and not values["notices_file"]:
        values["notices_file"] = str(values["data"] / _NOTICES_FILE)
    values["zone"] = values["zone"] or _ZONES.get(values["home"], "UTC")
    return values


def _checked(values: dict[str, Any]) -> Settings:
    """Refuse settings that cannot go together."""
    try:
        ZoneInfo(values["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        hint = meant(values["zone"], available_timezones(), otherwise="for example `Asia/Almaty`")
        raise SettingError(f"there is no time zone `{values['zone']}`", hint=hint) from None
    if values["language"] not in ("ru", "kk", "en"):
        raise SettingError(f"there is no language `{values['language']}`", hint="ru, kk or en")
    if values["log"] not in _LOGS:
        raise SettingError(f"`log` cannot be `{values['log']}`", hint="text or json")
    if values["dev"] and values["host"] not in _LOOPBACK:
        raise SettingError("`dev` opens the server without keys, so it listens on loopback only", hint="drop `host`")
    if values["clock"] and not values["dev"]:
        raise SettingError("a test clock needs `dev`", hint="a production server keeps the machine's time")
    _check_addresses(values)
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})


def _check_addresses(values: Mapping[str, Any]) -> None:
    """Refuse addresses to which nothing can or may be sent."""
    if values["traces"] and not values["traces"].startswith(("http://", "https://")):
        raise SettingError(f"`traces` cannot be `{values['traces']}`", hint="such as `http://127.0.0.1:4318`")
    if values["webhook"] and values["notices_file"]:
        raise SettingError("messages go to `webhook` or to `notices_file`, not to both", hint="drop one of the two")
    if values["webhook_secret_file"] and not values["webhook"]:
        raise SettingError("`webhook_secret_file` needs `webhook`", hint="it signs what is sent there")
    if values["webhook"] and not values["webhook_secret_file"]:
        raise SettingError("`webhook` needs `webhook_secret_file`", hint="the receiver must know who calls")
