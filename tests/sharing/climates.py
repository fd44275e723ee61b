"""The climates of the simulated worlds, and how frequent each persona and each pattern is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

FIRST_DAY: Final = date(2026, 9, 7).toordinal()
"""A Monday."""
DAYS: Final = 42


@dataclass(frozen=True, slots=True)
class World:
    """One world's climate. Factors multiply what personas do by themselves."""

    name: str
    organizations: int = 36
    shared: float = 0.15
    activity: float = 1.0
    mobile: float = 1.0
    tunnels: float = 0.08
    private: float = 0.03
    cookie_days: float = 25
    error: float = 0.08
    renewing: float = 0.25
    spare: float = 0.15
    """How many have a second computer they use now and then."""
    weekends: float = 1.0
    rooms: float = 0.3
    """How many organizations have a computer that everybody uses."""


WORLDS: Final = (
    World("plain"),
    World("mobile", mobile=5, error=0.12),
    World("tunnels", tunnels=0.45),
    World("private windows", private=0.25, cookie_days=6),
    World("low activity", activity=0.4),
    World("clean geography", error=0.0, renewing=0.0),
    World("noisy geography", error=0.30, renewing=0.7),
    World("weekends and many devices", weekends=6, spare=0.4),
    World("busy", activity=2.2, spare=0.25),
    World("everything at once", mobile=3, tunnels=0.25, private=0.12, error=0.15, activity=0.7),
)

HELD_OUT: Final = (
    World("mobile, private windows", mobile=4, private=0.15, organizations=40),
    World("tunnels and noise", tunnels=0.35, error=0.2, renewing=0.5, organizations=40),
    World("low activity, clean", activity=0.5, error=0.0, renewing=0.1, organizations=40),
    World("many devices, long cookies", spare=0.35, cookie_days=90, organizations=40),
    World("busy, mobile", activity=1.6, mobile=3, organizations=40),
    World("few rooms, short cookies", rooms=0.0, cookie_days=8, organizations=40),
)
"""Mixtures that no weight was ever fitted on."""

PERSONAS: Final = {
    "office": 22,
    "hybrid": 24,
    "remote": 14,
    "mobile": 6,
    "road warrior": 5,
    "tunnel": 6,
    "always in the tunnel": 3,
    "many devices": 5,
    "cookie clearer": 4,
    "two computers": 4,
    "always-on tab": 3,
    "two-site commuter": 3,
    "nomad": 2,
    "new machine": 2,
    "remote desktop": 2,
    "seat handover": 1.5,
    "weekend partner": 3,
    "service": 0.8,
}
PATTERNS: Final = {
    "same office": 18,
    "two cities": 20,
    "two homes, one city": 12,
    "shifts": 7,
    "team account": 10,
    "family": 5,
    "contractor": 12,
    "occasional": 12,
    "burst": 6,
    "assistant": 8,
    "resale": 6,
}
