"""Where an organization can grow next: another department, another region, up and down the line.

cross-department   people of a department without seats are active or invited, elsewhere sits
                   somebody already
clock              a year without a new department; after 18 months it is overdue
hierarchy          managers above active people, or people below them, have no seat
geography          people of a region without seats are active or invited
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, evidence_of
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDepartmentSettings(RuleSettings):
    """From how many people on a department without seats is news."""

    least_people: int = knob(2, Unit.PEOPLE, 1, 100)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeographySettings(RuleSettings):
    """From how many people on a region without seats is news."""

    least_people: int = knob(2, Unit.PEOPLE, 1, 100)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Group:
    """A department or region: `reached` counts its members who were active or invited in 28 days.

    `seated_elsewhere` counts seats of other groups of the organization.
    """

    name: str
    people: int
    seated: int
    reached: int
    seated_elsewhere: int

    def is_next(self, least_people: int) -> bool:
        """Whether nobody of it has a seat while others have, and enough of it are there."""
        return self.seated == 0 and self.seated_elsewhere > 0 and self.reached >= least_people


def found_cross_department(facts: Group, settings: CrossDepartmentSettings) -> Found | None:
    """A department without seats that uses the product already, or is about to."""
    if not facts.is_next(settings.least_people):
        return None
    evidence = evidence_of(
        EvidenceCode.DEPARTMENT_UNSEATED, department=facts.name, people=facts.reached
    )
    return Found((evidence,), seats=facts.reached)


def found_geography(facts: Group, settings: GeographySettings) -> Found | None:
    """The same of a region."""
    if not facts.is_next(settings.least_people):
        return None
    evidence = evidence_of(EvidenceCode.REGION_UNSEATED, region=facts.name, people=facts.reached)
    return Found((evidence,), seats=facts.reached)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings(RuleSettings):
    """After how many months without a new department it is time, and overdue."""

    due_months: int = knob(12, Unit.MONTHS, 1, 60)
    overdue_months: int = knob(18, Unit.MONTHS, 1, 60)
    cooldown_days: int = knob(180, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class DepartmentClock:
    """The last department that got its first seat, and how many have none, on the day `on`."""

    on: date
    last_department: str
    last_on: date
    without_seats: int


def months_between(since: date, on: date) -> int:
    """Whole months; the one that begins on 31 January is over on 1 March."""
    months = (on.year - since.year) * 12 + on.month - since.month
    return months - 1 if on.day < since.day else months


def found_clock(facts: DepartmentClock, settings: ClockSettings) -> Found | None:
    """A year or more went by without a new department, and there is one to win."""
    months = months_between(facts.last_on, facts.on)
    if months < settings.due_months or facts.without_seats == 0:
        return None
    return Found(
        (
            evidence_of(
                EvidenceCode.LAST_DEPARTMENT,
                department=facts.last_department,
                months=months,
                since_on=facts.last_on,
                overdue=int(months >= settings.overdue_months),
            ),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchySettings(RuleSettings):
    """How many active reports make a manager matter, and how many reports without seats."""

    active_reports: int = knob(2, Unit.PEOPLE, 1, 50)
    least_managers: int = knob(1, Unit.PEOPLE, 1, 100)
    least_reports: int = knob(3, Unit.PEOPLE, 1, 1000)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Line:
    """The line of an organization: who is without a seat above and below active people.

    `managers` holds for each manager without a seat how many active people with a seat report to
    them; `reports` counts people without a seat who report to such a person.
    """

    managers: tuple[int, ...]
    reports: int


def found_hierarchy(facts: Line, settings: HierarchySettings) -> Found | None:
    """Managers above, or people below, who do not have what their people or managers work with."""
    managers = sum(1 for active in facts.managers if active >= settings.active_reports)
    above = managers >= settings.least_managers
    below = facts.reports >= settings.least_reports
    if not above and not below:
        return None
    evidence = []
    if above:
        evidence.append(evidence_of(EvidenceCode.MANAGERS_UNSEATED, people=managers))
    if below:
        evidence.append(evidence_of(EvidenceCode.REPORTS_UNSEATED, people=facts.reports))
    seats = (managers if above else 0) + (facts.reports if below else 0)
    return Found(tuple(evidence), seats=seats)
