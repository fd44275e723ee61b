"""What an API key may do: areas of the API, each to read or to read and write.

A scope is written `<area>:read` or `<area>:write`; whoever may write may read. `*` is everything,
areas that come later included.
"""

from collections.abc import Iterable
from enum import StrEnum


class Area(StrEnum):
    """One part of the API; every operation belongs to one."""

    ORGANIZATIONS = "organizations"
    PEOPLE = "people"
    SEATS = "seats"
    USAGE = "usage"
    ENTITLEMENTS = "entitlements"
    CATALOG = "catalog"
    BILLING = "billing"
    REQUESTS = "requests"
    TRUE_UPS = "true_ups"
    SIGNALS = "signals"
    SETTINGS = "settings"
    HISTORY = "history"
    INTEGRATIONS = "integrations"


EVERYTHING = "*"
_READ, _WRITE = "read", "write"

SCOPES: tuple[str, ...] = tuple(f"{area}:{act}" for area in Area for act in (_READ, _WRITE))


def scope_for(area: Area, *, writes: bool) -> str:
    """Return the scope that an operation of `area` asks for."""
    return f"{area}:{_WRITE if writes else _READ}"


def grants(scopes: Iterable[str], area: Area | None, *, writes: bool) -> bool:
    """Tell whether a key with `scopes` may call an operation of `area`.

    An operation that names no area is for keys that may do everything.
    """
    held = frozenset(scopes)
    if EVERYTHING in held:
        return True
    if area is None:
        return False
    return f"{area}:{_WRITE}" in held or (not writes and f"{area}:{_READ}" in held)


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    """Return those that are no scopes."""
    return [scope for scope in scopes if scope != EVERYTHING and scope not in SCOPES]


def missing_scopes(held: Iterable[str], asked: Iterable[str]) -> list[str]:
    """Return those of `asked`, known scopes, that a key with `held` does not have."""
    has = frozenset(held)
    return [scope for scope in asked if not _includes(has, scope)]


def _includes(held: frozenset[str], scope: str) -> bool:
    if scope == EVERYTHING:
        return EVERYTHING in held
    area, _colon, act = scope.partition(":")
    return grants(held, Area(area), writes=act == _WRITE)
