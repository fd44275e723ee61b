"""A simulated population as events of the public API: what the vendor's product would have sent.

Every 5 minutes of a row become one event. Devices keep their names; each place becomes a /24 of its
own, each network its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from signals.domain.sharing.events import CELL_DEGREES
from signals.domain.sharing.journeys import slots_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import SLOT_MINUTES, Row
from signals.domain.sharing.user_agents import FormFactor

_SYSTEMS: Final = {
    "ios": "iPhone; CPU iPhone OS 19_0 like Mac OS X",
    "ipados": "iPad; CPU OS 19_0 like Mac OS X",
    "android": "Linux; Android 16",
    "chromeos": "X11; CrOS x86_64",
    "windows": "Windows NT 10.0; Win64; x64",
    "macos": "Macintosh; Intel Mac OS X 10_15_7",
    "linux": "X11; Linux x86_64",
}
_BROWSERS: Final = {
    "edge": "Chrome/149.0 Safari/537.36 Edg/149.0",
    "opera": "Chrome/149.0 Safari/537.36 OPR/120.0",
    "samsung": "SamsungBrowser/28.0 Chrome/149.0",
    "firefox": "Firefox/150.0",
    "chrome": "Chrome/149.0 Safari/537.36",
    "safari": "Version/19.0 Safari/605.1.15",
}


def agent_of(row: Row) -> str:
    """A user agent string that is read as this row's form, system and browser."""
    facts = row.facts
    mobile = " Mobile" if facts.form is FormFactor.PHONE else ""
    return f"Mozilla/5.0 ({_SYSTEMS[facts.system]}) {_BROWSERS[facts.browser]}{mobile}"


def events_of(organization: str, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The events that leave these rows of one organization behind."""
    places: dict[str, str] = {}
    for row in rows:
        facts, key = row.facts, row.key
        number = len(places)
        address = places.setdefault(key.place, f"10.{number // 256}.{number % 256}.9")
        geo: dict[str, Any] = {
            "network": "corporate"
            if facts.network_class is NetworkClass.BUSINESS
            else facts.network_class.value
        }
        if facts.network >= 0:
            geo["asn"] = facts.network
        if facts.cell is not None:
            geo["latitude"] = (facts.cell.latitude + 0.5) * CELL_DEGREES
            geo["longitude"] = (facts.cell.longitude + 0.5) * CELL_DEGREES
        midnight = datetime.fromordinal(key.day).replace(tzinfo=UTC)
        for slot in slots_of(row.slots):
            yield {
                "id": f"{key.member} {key.day} {key.device} {key.place} {slot}",
                "organization": organization,
                "member": key.member,
                "at": (midnight + timedelta(minutes=SLOT_MINUTES * slot + 2)).isoformat(),
                "kind": "feature",
                "feature": "editor",
                "device_id": key.device,
                "ip": address,
                "user_agent": agent_of(row),
                "geo": geo,
            }
