"""The form of a usage event, and what is wrong with one that does not have it.

The API and the import share it: both turn bytes or columns into `EventRow`s ready to be written,
and refuse a bad event by itself, with the field at fault. Nothing here reads the clock or the
database; who may report for which organization is handed in as `Reporter`.
"""

import ipaddress
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

MAX_EVENTS = 1_000
OLDEST = timedelta(days=5 * 365)
CLOCK_SKEW = timedelta(minutes=10)
MAX_OUTCOME = 1_000_000_000_000
MAX_QUANTITY = 1_000_000_000

type Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
type Name = Annotated[str, msgspec.Meta(max_length=200)]


class Outcome(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """What came of it, in the vendor's own unit: `minutes_saved`, 12.5."""

    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    value: Annotated[float, msgspec.Meta(ge=-MAX_OUTCOME, le=MAX_OUTCOME)]


class Geo(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """Where the request came from, as the vendor's edge knows it."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")] | None = None
    city: Annotated[str, msgspec.Meta(max_length=120)] | None = None
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    asn: Annotated[int, msgspec.Meta(ge=0, le=4_294_967_295)] | None = None
    network: (
        Literal[
            "residential",
            "mobile",
            "hosting",
            "corporate",
            "education",
            "satellite",
            "unknown",
            "isp",
            "cellular",
            "business",
            "government",
            "vpn",
            "cdn",
        ]
        | None
    ) = None


# Words of other databases of addresses for what we call otherwise.
_NETWORKS = {
    "isp": "residential",
    "cellular": "mobile",
    "business": "corporate",
    "government": "corporate",
    "vpn": "hosting",
    "cdn": "hosting",
}


class Event(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """A usage event as callers send it. `id` and `at` together make a repeated delivery one."""

    id: Key
    member: Key
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: Literal["sign_in", "feature"]
    organization: Key | None = None
    feature: Name | None = None
    quantity: Annotated[int, msgspec.Meta(ge=0, le=MAX_QUANTITY)] = 1
    outcome: Outcome | None = None
    session_id: Name | None = None
    device_id: Name | None = None
    ip: Annotated[str, msgspec.Meta(max_length=45)] | None = None
    user_agent: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    geo: Geo | None = None


class EventRow(msgspec.Struct, omit_defaults=True, gc=False):
    """An event as it is written. `request` numbers the request of a group that it came with."""

    organization_id: int
    event_id: str
    at: datetime
    member: str
    kind: str
    request: int = 0
    feature: str = ""
    quantity: int = 1
    outcome_kind: str = ""
    outcome_value: float | None = None
    session_id: str = ""
    device_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    country: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    asn: int | None = None
    network: str = ""


class Rejection(msgspec.Struct, frozen=True):
    """One refused event: its place in the batch, the field at fault, a code and a sentence."""

    index: int
    field: str
    code: str
    reason: str


class BadEvent(Exception):
    """An event that cannot be taken."""

    def __init__(self, field: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.code = code
        self.reason = reason

    def at_index(self, index: int) -> Rejection:
        """Return the refusal of the event at `index`."""
        return Rejection(index=index, field=self.field, code=self.code, reason=self.reason)


class BadBatch(Exception):
    """A body that is no batch of events: nothing of it is taken."""

    def __init__(self, code: str, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class Reporter:
    """For whom events are taken: one organization (`own`), or the `organizations` known by name.

    Both map the vendor's own key of an organization (its external id) to our id.
    """

    organizations: Mapping[str, int]
    own: tuple[str, int] | None = None

    def organization_id(self, name: str | None) -> int:
        """Return the id of the organization that an event names. Raises BadEvent."""
        if self.own is not None:
            if name is not None and name != self.own[0]:
                raise BadEvent(
                    "organization",
                    "other_organization",
                    "These events are taken for one organization only, and this is another.",
                )
            return self.own[1]
        if name is None:
            raise BadEvent("organization", "missing", "The field is missing.")
        if name not in self.organizations:
            raise BadEvent(
                "organization", "unknown_organization", "There is no organization of this name."
            )
        return self.organizations[name]


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    events: list[Event]


class _RawBatch(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


_batch_decoder = msgspec.json.Decoder(_Batch)
_raw_batch_decoder = msgspec.json.Decoder(_RawBatch)
_event_decoder = msgspec.json.Decoder(Event)


def decode_batch(body: bytes) -> list[Event | BadEvent]:
    """Return the events of `{"events": [...]}` in order, a bad one as its BadEvent.

    Raises BadBatch when the body is no batch.
    """
    events: list[Event | BadEvent]
    try:
        events = list(_batch_decoder.decode(body).events)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        events = [decode_event(raw) for raw in _raw_events(body)]
    if len(events) > MAX_EVENTS:
        raise BadBatch(
            "too_many_events", f"A batch holds at most {MAX_EVENTS} events.", field="events"
        )
    return events


def _raw_events(body: bytes) -> list[msgspec.Raw]:
    try:
        return _raw_batch_decoder.decode(body).events
    except RecursionError as error:
        raise BadBatch("malformed_json", "The JSON is nested too deeply.") from error
    except msgspec.ValidationError as error:
        problem = explain(error)
        raise BadBatch("invalid", problem.reason, field=problem.field) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBatch("malformed_json", "The body is not JSON.") from error


# A leap second is the last moment of its day: no clock of ours has a 61st second.
_LEAP_SECOND = re.compile(rb'("at"\s*:\s*"\d{4}-\d\d-\d\d[Tt ]\d\d:59:)60(?:\.\d*)?([Zz+-])')
_LEAP_SECOND_IN_TEXT = re.compile(r"^(\d{4}-\d\d-\d\d[Tt ]\d\d:59:)60(?:\.\d*)?([Zz+-])")


def decode_event(raw: msgspec.Raw | bytes) -> Event | BadEvent:
    """Return the event of one JSON object, or what is wrong with it."""
    try:
        return _event_decoder.decode(raw)
    except msgspec.ValidationError as error:
        if _LEAP_SECOND.search(raw):
            return decode_event(_LEAP_SECOND.sub(rb"\g<1>59.999999\g<2>", bytes(raw)))
        return explain(error)
    except RecursionError:
        return BadEvent("", "malformed_json", "The JSON is nested too deeply.")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return BadEvent("", "malformed_json", "The event is not JSON in UTF-8.")


def convert_event(values: Mapping[str, Any]) -> Event | BadEvent:
    """Return the event of columns of text, nested as the JSON is, or what is wrong with it."""
    at = values.get("at")
    if isinstance(at, str) and _LEAP_SECOND_IN_TEXT.match(at):
        values = {**values, "at": _LEAP_SECOND_IN_TEXT.sub(r"\g<1>59.999999\g<2>", at)}
    try:
        return msgspec.convert(values, Event, strict=False)
    except msgspec.ValidationError as error:
        return explain(error)


_AT = re.compile(r"^(?P<said>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"field `(?P<field>.*)`", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`")
_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "datetime": "a time",
    "null": "nothing",
}


def _in_words(types: str) -> str:
    known = [_WORDS.get(part.strip(), part.strip()) for part in types.split("|")]
    wanted = [word for word in known if word != "nothing"] or known
    return " or ".join(wanted)


def explain(error: msgspec.ValidationError) -> BadEvent:
    """Return our code and sentence for a message of msgspec."""
    match = _AT.match(str(error))
    said, path = (match["said"], match["path"] or "") if match else (str(error), "")
    path = path[:200]
    if "missing required field" in said or "unknown field" in said:
        named = _FIELD.search(said)
        name = named["field"][:200] if named else ""
        field = f"{path}.{name}" if path else name
        if "missing" in said:
            return BadEvent(field, "missing", "The field is missing.")
        return BadEvent(field, "unknown_field", "There is no such field.")
    if "timezone component" in said:
        return BadEvent(path, "time_zone_missing", "The time has no offset from UTC.")
    if expected := _EXPECTED.match(said):
        wanted, got = _in_words(expected["expected"]), _in_words(expected["got"])
        return BadEvent(path, "wrong_type", f"Expected {wanted}, got {got}.")
    if "Invalid RFC3339" in said or ("Invalid" in said and "datetime" in said):
        return BadEvent(path, "invalid_time", "This is not a time such as 2026-11-02T09:00:00Z.")
    if "Invalid enum value" in said:
        return BadEvent(path, "unknown_value", "The value is none of those that are known.")
    if ">= 1" in said:
        return BadEvent(path, "empty", "The value is empty.")
    if "of length" in said:
        return BadEvent(path, "too_long", "The value is too long.")
    if "out of range" in said or re.search(r"`(?:int|float)` [<>]=", said):
        return BadEvent(path, "out_of_range", "The number is out of range.")
    return BadEvent(path, "invalid", said.replace("`", "") + ".")


def to_row(event: Event, *, reporter: Reporter, now: datetime, request: int = 0) -> EventRow:
    """Return the row of an event. Raises BadEvent for what the form alone does not show."""
    organization_id = reporter.organization_id(event.organization)
    oldest, latest = _window(now)
    if event.at > latest:
        raise BadEvent("at", "in_future", "The time lies in the future.")
    if event.at < oldest:
        raise BadEvent("at", "too_old", "The time lies more than five years back.")
    if event.kind == "feature" and not (event.feature or "").strip():
        raise BadEvent("feature", "missing", "An event of the kind feature names its feature.")
    if not event.member.strip():
        raise BadEvent("member", "empty", "The value is empty.")
    row = EventRow(
        organization_id=organization_id,
        event_id=event.id,
        at=event.at,
        member=event.member,
        kind=event.kind,
        request=request,
        feature=event.feature or "",
        quantity=event.quantity,
        session_id=event.session_id or "",
        device_id=event.device_id or "",
        user_agent=event.user_agent or "",
    )
    if event.ip is not None:
        row.ip = _address(event.ip)
    if event.outcome is not None:
        if not math.isfinite(event.outcome.value):
            raise BadEvent("outcome.value", "out_of_range", "The number is out of range.")
        row.outcome_kind = event.outcome.kind
        row.outcome_value = event.outcome.value
    if event.geo is not None:
        _add_geography(row, event.geo)
    _refuse_nul(row)
    return row


@lru_cache(maxsize=1)
def _window(now: datetime) -> tuple[datetime, datetime]:
    """Return the oldest and the latest time that is taken, in the zone that msgspec reads times."""
    moment = now.astimezone(UTC)
    return moment - OLDEST, moment + CLOCK_SKEW


_TWO_GROUPS = re.compile(r"\b([0-9a-f]{1,4})([0-9a-f]{4})\b", re.IGNORECASE)


# A person's events come from the same few addresses.
@lru_cache(maxsize=20_000)
def _address(text: str) -> str:
    """Return an address as it is written; two groups of IPv6 may have lost their colon."""
    if "%" in text:
        raise BadEvent("ip", "invalid", "An address has no zone.")
    try:
        return str(ipaddress.ip_address(_TWO_GROUPS.sub(r"\1:\2", text) if ":" in text else text))
    except ValueError as error:
        raise BadEvent("ip", "invalid", "This is not an IPv4 or IPv6 address.") from error


def _add_geography(row: EventRow, geo: Geo) -> None:
    row.country = (geo.country or "").upper()
    row.city = geo.city or ""
    row.latitude = geo.latitude
    row.longitude = geo.longitude
    row.asn = geo.asn
    row.network = _NETWORKS.get(geo.network or "", geo.network or "")
    if any(number != number for number in (geo.latitude, geo.longitude)):  # NaN of a text column
        raise BadEvent("geo", "out_of_range", "The number is out of range.")


_TEXTS = {
    "event_id": "id",
    "member": "member",
    "feature": "feature",
    "outcome_kind": "outcome.kind",
    "session_id": "session_id",
    "device_id": "device_id",
    "user_agent": "user_agent",
    "city": "geo.city",
}


def _refuse_nul(row: EventRow) -> None:
    # Nearly always there is none: all texts are looked through at once.
    if "\x00" not in (
        f"{row.event_id}{row.member}{row.feature}{row.outcome_kind}{row.session_id}"
        f"{row.device_id}{row.user_agent}{row.city}"
    ):
        return
    for name, field in _TEXTS.items():
        if "\x00" in getattr(row, name):
            raise BadEvent(field, "invalid_text", "The text holds a NUL character.")
