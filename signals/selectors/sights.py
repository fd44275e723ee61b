"""What detectors look at: one scope of one organization on one day, from sources of facts.

A source answers an `Ask` about all organizations at once, in one statement of its own or from the
facts that the scan has already. It names what is there or between its thresholds; what it does not
name is gone.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from signals.domain.detectors.low_use import LowUseSettings, low_use
from signals.domain.detectors.utilization import USUAL, UtilizationSettings
from signals.domain.evidence import Evidence
from signals.domain.findings import Presence
from signals.models import ORGANIZATION_SCOPE
from signals.selectors.facts import ScannedFacts


@dataclass(frozen=True, slots=True)
class Thresholds[S]:
    """The settings of one detector: the vendor's, and those of single organizations.

    An organization with None has the detector switched off.
    """

    usual: S | None
    by_organization: Mapping[int, S | None] = field(default_factory=dict)

    def of(self, organization_id: int) -> S | None:
        """Return the settings in force for an organization; None: it does not speak there."""
        if organization_id in self.by_organization:
            return self.by_organization[organization_id]
        return self.usual


@dataclass(frozen=True, slots=True)
class Ask:
    """What a source is asked. `organizations` are those that are looked at, with their facts.

    A statement is narrowed by `organization_ids` (None: all) and sees what was at `now`, or at the
    end of the day `as_of` in each organization's time zone. What several sources need is read once
    and `kept`.
    """

    now: datetime
    as_of: date | None
    organization_ids: Sequence[int] | None
    organizations: Mapping[int, ScannedFacts]
    kept: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a detector saw of one scope of an organization.

    `values` are the facts behind it, ready for JSON, and `evidence` what the rule found, where it
    says so itself. Detectors with bands look at the organization's seats and name neither.
    """

    organization: ScannedFacts
    presence: Presence = Presence.THERE
    scope: str = ORGANIZATION_SCOPE
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    facts_key: str = ""

    @property
    def organization_id(self) -> int:
        """The organization that is looked at."""
        return self.organization.organization_id

    @property
    def on(self) -> date:
        """The day, in the organization's time zone."""
        return self.organization.on

    @property
    def seen(self) -> dict[str, Any]:
        """What was seen, as it is kept with the evaluation of the day."""
        if not self.evidence:
            return dict(self.values)
        return {**self.values, "evidence": [each.as_json() for each in self.evidence]}

    @property
    def key(self) -> str:
        """A short text that is equal for equal sights of one day."""
        if self.facts_key:
            return self.facts_key
        parts = [
            self.on,
            self.presence.value,
            sorted(self.values.items()),
            self.evidence,
            self.organization.organization.circumstances,
        ]
        return _hash(parts)


def _hash(parts: Sequence[Any]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


type Source[S] = Callable[[Ask, Thresholds[S]], Iterable[Sight]]


def seats_running_out(ask: Ask, thresholds: Thresholds[UtilizationSettings]) -> Iterable[Sight]:
    """Yield every organization that bought seats; other settings make another key of the day."""
    for facts in ask.organizations.values():
        if facts.seats.purchased > 0:
            settings = thresholds.of(facts.organization_id)
            key = facts.key if settings == USUAL else _hash([facts.key, settings])
            yield Sight(facts, facts_key=key)


def people_without_seats(ask: Ask, thresholds: Thresholds[bool]) -> Iterable[Sight]:
    """Yield the organizations in which people work without a seat."""
    for facts in ask.organizations.values():
        if facts.unseated > 0:
            yield Sight(facts, values={"people": facts.unseated})


def few_seats_in_use(ask: Ask, thresholds: Thresholds[LowUseSettings]) -> Iterable[Sight]:
    """Yield the organizations that use few of their seats, or not many more than that."""
    for facts in ask.organizations.values():
        settings = thresholds.of(facts.organization_id)
        if settings is None:
            continue
        presence = low_use(
            facts.seats,
            on=facts.on,
            last_purchase_on=facts.organization.circumstances.last_purchase_on,
            settings=settings,
        )
        if presence is not Presence.GONE:
            yield Sight(facts, presence)
