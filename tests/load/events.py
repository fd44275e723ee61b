"""Made-up usage: the same events from the same seed, as bodies of requests and as rows."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.load.stage import PEOPLE

_numbers = itertools.count()


def event(organization: str = "bench") -> dict[str, Any]:
    """Return a new event of one of 500 people, of today or yesterday."""
    number = next(_numbers)
    at = datetime.now(UTC) - timedelta(seconds=number % 80_000)
    return {
        "id": f"bench-{number:x}",
        "organization": organization,
        "member": f"u-{number % PEOPLE}",
        "at": at.isoformat(),
        "kind": "feature",
        "feature": f"feature-{number % 12}",
        "quantity": 1,
        "session_id": f"s-{number % 5000}",
        "ip": "203.0.113.7",
    }


def bodies(size: int, count: int, organization: str = "bench") -> list[bytes]:
    """Return the bodies of `count` batches of `size` new events."""
    return [
        json.dumps({"events": [event(organization) for _ in range(size)]}).encode()
        for _number in range(count)
    ]


COLUMNS = "organization_id, event_id, at, member, kind, feature, session_id, ip"


def copy_lines(organization_id: int, count: int) -> bytes:
    """Return `count` new events in the text form of COPY with `COLUMNS`."""
    return b"".join(_copy_lines(organization_id, count))


def _copy_lines(organization_id: int, count: int) -> Iterator[bytes]:
    for _number in range(count):
        each = event()
        fields = (
            *(str(organization_id), each["id"], each["at"], each["member"], each["kind"]),
            *(each["feature"], each["session_id"], each["ip"]),
        )
        yield "\t".join(fields).encode() + b"\n"
