"""What an organization asks of the sign-in of its people, and the strictest of several."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from accounts.domain.recency import DEFAULT_WINDOWS, Recent
from accounts.domain.roles import OrganizationRole

SHORTEST_PASSWORD = 8
LONGEST_MINIMUM = 64
_ADMINS = frozenset({OrganizationRole.OWNER, OrganizationRole.ADMIN})


class SecondFactorFor(StrEnum):
    """Of whom an organization asks a second factor; admins are owners and admins."""

    NOBODY = "nobody"
    ADMINS = "admins"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The rules of one organization. A limit of None is none; windows are in minutes."""

    second_factor: SecondFactorFor = SecondFactorFor.NOBODY
    idle_hours: int | None = None
    session_days: int | None = None
    password_length: int = SHORTEST_PASSWORD
    buying_minutes: int = DEFAULT_WINDOWS[Recent.BUYING] // timedelta(minutes=1)
    changing_minutes: int = DEFAULT_WINDOWS[Recent.CHANGING] // timedelta(minutes=1)
    exporting_minutes: int = DEFAULT_WINDOWS[Recent.EXPORTING] // timedelta(minutes=1)

    def asks_second_factor_of(self, role: OrganizationRole) -> bool:
        """Tell whether somebody with `role` needs a second factor."""
        if self.second_factor is SecondFactorFor.ADMINS:
            return role in _ADMINS
        return self.second_factor is SecondFactorFor.EVERYBODY


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked of one person, whatever organizations they belong to."""

    second_factor: bool = False
    idle: timedelta | None = None
    whole: timedelta | None = None
    password_length: int = SHORTEST_PASSWORD
    windows: dict[Recent, timedelta] = field(default_factory=lambda: dict(DEFAULT_WINDOWS))


def strictest(rules: Iterable[tuple[SignInRules, OrganizationRole]]) -> Demands:
    """Return the strictest of the rules of every organization that somebody belongs to."""
    found = list(rules)
    each = [rule for rule, _role in found]
    windows = dict(DEFAULT_WINDOWS)
    for recent in windows:
        minutes = [getattr(rule, f"{recent.value}_minutes") for rule in each]
        windows[recent] = min([windows[recent], *(timedelta(minutes=m) for m in minutes)])
    return Demands(
        second_factor=any(rule.asks_second_factor_of(role) for rule, role in found),
        idle=min(
            (timedelta(hours=r.idle_hours) for r in each if r.idle_hours is not None), default=None
        ),
        whole=min(
            (timedelta(days=r.session_days) for r in each if r.session_days is not None),
            default=None,
        ),
        password_length=max([SHORTEST_PASSWORD, *(r.password_length for r in each)]),
        windows=windows,
    )


def rules_from(values: dict[str, Any]) -> SignInRules:
    """Return the rules that a stored row says; other keys are left aside."""
    known = {f.name: values[f.name] for f in fields(SignInRules) if f.name in values}
    return SignInRules(**known | {"second_factor": SecondFactorFor(known["second_factor"])})


def has_ended(
    *,
    signed_in_at: float,
    seen_at: float,
    now: float,
    idle: timedelta | None,
    whole: timedelta | None,
) -> bool:
    """Tell whether a session is over: too long unused, or too old in all. Times are seconds."""
    too_idle = idle is not None and now - seen_at >= idle.total_seconds()
    return too_idle or (whole is not None and now - signed_in_at >= whole.total_seconds())
