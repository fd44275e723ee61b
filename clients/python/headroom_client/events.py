"""Usage events as they are written down, and what became of a batch that was sent."""

import gzip
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from headroom_client._calls import Call
from headroom_client.errors import ApiError, NotAllowed, NotAuthenticated, Unreachable
from headroom_client.models import EventsAccepted
from headroom_client.spool import Lent, Refused

PATH = "/api/v1/events"
EVENTS_IN_A_BATCH = 1_000
# A batch is packed when that saves more than it costs.
PACKED_FROM = 2_000


def written(
    *,
    member: str,
    kind: str = "feature",
    feature: str | None = None,
    organization: str | None = None,
    quantity: int = 1,
    at: datetime | None = None,
    event_id: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """Return an event as JSON, with an id and a time of its own.

    Both are fixed here and never again: by them the server knows an event that comes twice.
    """
    if kind == "feature" and not feature:
        raise ValueError("An event of the kind feature names its feature.")
    moment = at or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("The time of an event has an offset from UTC.")
    event: dict[str, Any] = {
        "id": event_id or secrets.token_hex(16),
        "at": moment.isoformat(),
        "member": member,
        "kind": kind,
    }
    if organization is not None:
        event["organization"] = organization
    if feature is not None:
        event["feature"] = feature
    if quantity != 1:
        event["quantity"] = quantity
    return msgspec.json.encode(event | {k: v for k, v in (more or {}).items() if v is not None})


def batch_call(bodies: Sequence[bytes]) -> Call[EventsAccepted]:
    """Return the call that reports events which are JSON already."""
    content = b'{"events":[' + b",".join(bodies) + b"]}"
    headers: dict[str, str | None] = {}
    if len(content) >= PACKED_FROM:
        content = gzip.compress(content, compresslevel=3, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Call("POST", PATH, EventsAccepted, headers=headers, body=content, is_safe=True)


@dataclass(frozen=True, slots=True)
class Split:
    """A batch after its answer: what is settled, and what somebody has to look at."""

    taken: list[Lent]
    refused: list[tuple[Lent, Refused]]


def split(batch: Sequence[Lent], answer: EventsAccepted) -> Split:
    """Return which events of a batch the server has, and which it refuses."""
    refusals = {each.index: each for each in answer.rejected}
    refused = [
        (batch[index], Refused(batch[index].body, why.code, why.field, why.reason))
        for index, why in refusals.items()
        if 0 <= index < len(batch)
    ]
    taken = [lent for index, lent in enumerate(batch) if index not in refusals]
    return Split(taken, refused)


def is_the_batchs_fault(error: ApiError) -> bool:
    """Tell whether the same events would be refused again. A wrong key is no fault of theirs."""
    return error.status in {400, 413, 422} and not isinstance(error, NotAuthenticated | NotAllowed)


def refusal_of(lent: Lent, error: ApiError) -> tuple[Lent, Refused]:
    """Return an event that cannot be sent even alone."""
    return lent, Refused(lent.body, error.code, "", error.title)


def wait_of(error: ApiError | Unreachable, failures: int, *, draw: float) -> float:
    """Return how many seconds nothing is sent after the n-th failure in a row."""
    after = error.retry_after if isinstance(error, ApiError) else None
    growing = float(min(60.0, 0.5 * 2 ** min(failures - 1, 10)) * (0.5 + draw / 2))
    return max(after or 0.0, growing)
