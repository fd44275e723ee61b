"""Which approvals a purchase needs: the customer's own bands, steps and threshold.

Owns: the rules as data, what makes them wrong, which steps an amount needs. Does not own: who may
decide a step at a moment (`approving`), the life of a request (`request`).

The amount that counts is the larger of what an order adds to a year at list prices and of what is
charged at once, both before tax: a change from monthly to a year at once adds nothing to the yearly
amount, yet commits a whole year.

    counted = amount of the order + what passed without approval in the last `window_days`
    counted <= bypass_minor     no approval
    otherwise                   the last band whose `from_minor` is not above `counted`

The window keeps an order that was cut into small pieces from passing below the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Self

APPROVING_ROLES: Final = frozenset({"owner", "admin", "billing", "approver"})
MOST_BANDS: Final = 6
MOST_STEPS: Final = 5
MOST_TOLERANCE_BASIS_POINTS: Final = 2_000
MOST_WINDOW_DAYS: Final = 365


class RulesRefused(ValueError):
    """Rules that could not work; the subclasses name the fault, `band` counts from 0."""

    def __init__(self, band: int = 0) -> None:
        super().__init__(type(self).__name__)
        self.band = band


class NoBand(RulesRefused):
    """There is not one band, so nothing above the threshold could be approved."""


class FirstBandNotAtThreshold(RulesRefused):
    """The first band begins above the threshold: amounts between them would belong to nobody."""


class BandsOutOfOrder(RulesRefused):
    """A band does not begin above the one before it."""


class BandWithoutStep(RulesRefused):
    """A band without a step would approve itself."""


class StepWithoutApprover(RulesRefused):
    """A step names neither a role nor a person."""


class RoleCannotApprove(RulesRefused):
    """A step names a role that sees no requests."""


class NumberOutOfRange(RulesRefused):
    """The threshold, the tolerance or the window is not a number that could be meant."""


@dataclass(frozen=True, slots=True)
class Step:
    """One approval of a chain: any one of these roles or people (ids of memberships)."""

    roles: tuple[str, ...] = ()
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts from `from_minor` (included) up to the next band, and their steps in order."""

    from_minor: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of an organization's rules; amounts in minor units of `currency`.

    `tolerance_basis_points` is by how much the recurring price may have risen between approval
    and purchase; what is charged at once may only fall.
    """

    currency: str
    bypass_minor: int
    bands: tuple[Band, ...]
    window_days: int = 30
    tolerance_basis_points: int = 0
    is_enabled: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the rules as JSON types."""
        return {
            "currency": self.currency,
            "bypass_minor": self.bypass_minor,
            "window_days": self.window_days,
            "tolerance_basis_points": self.tolerance_basis_points,
            "is_enabled": self.is_enabled,
            "bands": [
                {"from_minor": band.from_minor, "steps": steps_to_json(band.steps)}
                for band in self.bands
            ],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return rules as they were stored."""
        return cls(
            currency=stored["currency"],
            bypass_minor=stored["bypass_minor"],
            window_days=stored["window_days"],
            tolerance_basis_points=stored["tolerance_basis_points"],
            is_enabled=stored["is_enabled"],
            bands=tuple(
                Band(band["from_minor"], steps_from_json(band["steps"])) for band in stored["bands"]
            ),
        )


def steps_to_json(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Return steps as JSON types."""
    return [{"roles": list(step.roles), "people": list(step.people)} for step in steps]


def steps_from_json(stored: list[dict[str, Any]]) -> tuple[Step, ...]:
    """Return steps as they were stored."""
    return tuple(Step(tuple(step["roles"]), tuple(step["people"])) for step in stored)


@dataclass(frozen=True, slots=True)
class Ask:
    """What an order counts, in minor units before tax."""

    currency: str
    annual_minor: int
    now_minor: int
    recent_minor: int = field(default=0)

    @property
    def amount_minor(self) -> int:
        """The amount of the order itself."""
        return max(self.annual_minor, self.now_minor, 0)


def check_rules(rules: Rules) -> None:
    """Raise a `RulesRefused` when the rules could not work."""
    if (
        rules.bypass_minor < 0
        or not 0 <= rules.tolerance_basis_points <= MOST_TOLERANCE_BASIS_POINTS
        or not 0 <= rules.window_days <= MOST_WINDOW_DAYS
        or len(rules.bands) > MOST_BANDS
        or any(len(band.steps) > MOST_STEPS for band in rules.bands)
    ):
        raise NumberOutOfRange
    if not rules.bands:
        raise NoBand
    if rules.bands[0].from_minor > rules.bypass_minor:
        raise FirstBandNotAtThreshold
    before = None
    for number, band in enumerate(rules.bands):
        if before is not None and band.from_minor <= before:
            raise BandsOutOfOrder(number)
        before = band.from_minor
        if not band.steps:
            raise BandWithoutStep(number)
        for step in band.steps:
            if not step.roles and not step.people:
                raise StepWithoutApprover(number)
            if not APPROVING_ROLES.issuperset(step.roles):
                raise RoleCannotApprove(number)


def steps_for(rules: Rules | None, ask: Ask) -> tuple[Step, ...]:
    """Return the steps that an order needs, in order; none where it may pass.

    Nothing to pay needs nobody. An amount in another currency than the rules' is not compared:
    it takes the chain of the highest band.
    """
    if rules is None or not rules.is_enabled or ask.amount_minor == 0:
        return ()
    if ask.currency != rules.currency:
        return rules.bands[-1].steps
    counted = ask.amount_minor + ask.recent_minor
    if counted <= rules.bypass_minor:
        return ()
    return [band for band in rules.bands if band.from_minor <= counted][-1].steps
