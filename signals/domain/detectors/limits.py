"""The limit at work: people who were refused because of it, and an allowance in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from seats.domain.utilization import Utilization
from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, assignments_refused, evidence_of, seats_assigned
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSettings(RuleSettings):
    """How many refused people are news, and for how long."""

    within_days: int = knob(7, Unit.DAYS, 1, 28)
    least_people: int = knob(1, Unit.PEOPLE, 1, 100)
    cooldown_days: int = knob(14, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody was refused on a day; `member` tells people apart."""

    member: str
    on: date
    at_sign_in: bool


@dataclass(frozen=True, slots=True)
class Refusals:
    """Who was refused lately for want of a seat, and still has none, on the day `on`."""

    on: date
    refused: tuple[Refused, ...]


def found_refusals(facts: Refusals, settings: RefusalSettings) -> Found | None:
    """People who wanted a seat, or to sign in, and were turned away by the limit."""
    lately = [
        each for each in facts.refused if 0 <= (facts.on - each.on).days < settings.within_days
    ]
    people = {each.member for each in lately}
    if len(people) < settings.least_people:
        return None
    assigned = [each for each in lately if not each.at_sign_in]
    signing_in = [each for each in lately if each.at_sign_in]
    evidence = []
    if assigned:
        evidence.append(
            assignments_refused(
                len({each.member for each in assigned}), min(each.on for each in assigned)
            )
        )
    if signing_in:
        evidence.append(
            evidence_of(
                EvidenceCode.SIGN_IN_REFUSED,
                people=len({each.member for each in signing_in}),
                since_on=min(each.on for each in signing_in),
            )
        )
    return Found(tuple(evidence), seats=len(people))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverageSettings(RuleSettings):
    """From how many lent seats on."""

    least_seats: int = knob(1, Unit.SEATS, 1, 1000)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Overage:
    """Seats, and when the time that some are lent for ends (None: it has no end)."""

    seats: Utilization
    ends_on: date | None


def found_overage(facts: Overage, settings: OverageSettings) -> Found | None:
    """More seats are assigned than purchased."""
    if facts.seats.overage < settings.least_seats:
        return None
    evidence = [seats_assigned(facts.seats)]
    if facts.ends_on is not None:
        evidence.append(evidence_of(EvidenceCode.OVERAGE_ENDS, ends_on=facts.ends_on))
    return Found(tuple(evidence), seats=facts.seats.overage)
