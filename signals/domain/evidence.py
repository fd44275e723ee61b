"""Evidence: the facts behind a signal as codes and numbers, ready for any language.

A sentence is chosen by its code and filled with its values on the page, in the reader's language
and locale. Values are whole numbers, exact shares in basis points, text that is a name, and dates;
so evidence can be stored as JSON and read back unchanged. Owns: which facts a sentence needs.
Does not own: the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from seats.domain.utilization import Utilization
from signals.domain.bands import Band
from signals.domain.runout import RunOut

type Value = int | str | date | None

_DATE_SUFFIX: Final = "_on"


class EvidenceCode(StrEnum):
    """One code per sentence."""

    SEATS_IN_USE = "seats_in_use"  # 8 of 10 seats in use
    ACTIVE_UNSEATED = "active_unseated"  # 1 active person has no seat
    SEATS_ASSIGNED = "seats_assigned"  # 9 of 10 seats assigned, 1 free
    SEATS_OVER = "seats_over"  # 12 seats assigned, 2 more than purchased
    DAYS_ABOVE = "days_above"  # above 80 % for 3 days
    PEOPLE_WAITING = "people_waiting"  # 4 people wait in Marketing
    DEPARTMENT_GREW = "department_grew"  # Marketing 8 -> 12: 4 without seats
    ASSIGNMENT_REFUSED = "assignment_refused"  # 3 assignments refused since 12 May
    FULL_BETWEEN = "full_between"  # full between 12 December and 20 January
    FULL_LIKELY = "full_likely"  # full within 60 days with a probability of 72 %
    WORTH_A_YEAR = "worth_a_year"  # about 4,800 EUR a year
    POWER_USERS = "power_users"  # 4 power users in Sales
    IDLE_SEATS = "idle_seats"  # 1 idle seat in Marketing could be passed on
    DEPARTMENT_UNSEATED = "department_unseated"  # 3 people in Sales, which has no seats
    DEPARTMENT_SEATED = "department_seated"  # 3 of 20 people in Sales have a seat
    LAST_DEPARTMENT = "last_department"  # 14 months since Sales, the last new department
    LEADER_ARRIVED = "leader_arrived"  # VP Sales came to Sales on 12 May
    MANAGERS_UNSEATED = "managers_unseated"  # 2 managers of active people have no seat
    REPORTS_UNSEATED = "reports_unseated"  # 5 people who report to active people have no seat
    REGION_UNSEATED = "region_unseated"  # 3 people in APAC, which has no seats
    OUTCOME_REACHED = "outcome_reached"  # time saved in Sales: 34 % above the baseline
    ASKED_FOR = "asked_for"  # 2 requests for single sign-on since 12 May
    CHAMPION_LEFT = "champion_left"  # 1 champion left since 12 May
    CHAMPIONS_REMAIN = "champions_remain"  # 2 champions remain
    CONTACTS_LIVE = "contacts_live"  # 1 contact signed in within 60 days
    SIGN_IN_REFUSED = "sign_in_refused"  # 3 people were refused at sign-in since 12 May
    OVERAGE_ENDS = "overage_ends"  # the overage ends on 12 May
    TRIAL_ENDS = "trial_ends"  # the trial ends on 12 May
    RENEWAL_COMES = "renewal_comes"  # the renewal is on 12 May
    SHARED_SIGN_INS = "shared_sign_ins"  # about 3 people share the accounts of others
    SHARED_KIND = "shared_kind"  # separate homes speak for it on 2 accounts
    LOW_USE = "low_use"  # less than 60 % of the seats in use for 14 days


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence as data; `values` are pairs in the order of their names."""

    code: EvidenceCode
    values: tuple[tuple[str, Value], ...]

    def __getitem__(self, name: str) -> Value:
        return dict(self.values)[name]

    def as_json(self) -> dict[str, object]:
        """As stored: dates become ISO text; `from_json` is the way back."""
        return {
            "code": self.code.value,
            "values": {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in self.values
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Evidence:
        """Reads `as_json`; names that end in `_on` are dates. Raises `ValueError` otherwise."""
        values = stored.get("values")
        if not isinstance(values, Mapping):
            raise ValueError("Stored evidence has no values.")
        return evidence_of(
            EvidenceCode(str(stored.get("code"))),
            **{
                name: date.fromisoformat(value) if name.endswith(_DATE_SUFFIX) and value else value
                for name, value in values.items()
            },
        )


def evidence_of(code: EvidenceCode, **values: Value) -> Evidence:
    """Evidence with its values by name; a value that is a date has a name that ends in `_on`."""
    return Evidence(code, tuple(sorted(values.items(), key=lambda pair: pair[0])))


def basis_points(share: Fraction) -> int:
    """A share in hundredths of a percent, rounded down: 79.999 % never reads as 80 %."""
    return share.numerator * 10_000 // share.denominator


def seats_in_use(seats: Utilization) -> Evidence:
    return evidence_of(
        EvidenceCode.SEATS_IN_USE,
        active=seats.active,
        purchased=seats.purchased,
        share=None if seats.utilization is None else basis_points(seats.utilization),
    )


def seats_assigned(seats: Utilization) -> Evidence:
    """Room left, or the overage when there is none."""
    if seats.is_over:
        return evidence_of(EvidenceCode.SEATS_OVER, assigned=seats.assigned, overage=seats.overage)
    return evidence_of(
        EvidenceCode.SEATS_ASSIGNED,
        assigned=seats.assigned,
        purchased=seats.purchased,
        free=seats.free,
    )


def use_evidence(seats: Utilization, unseated: int) -> tuple[Evidence, ...]:
    """How many seats are in use and, beside it, who of the active people has none."""
    lacking = (evidence_of(EvidenceCode.ACTIVE_UNSEATED, people=unseated),) if unseated else ()
    return (seats_in_use(seats), *lacking)


def band_evidence(
    band: Band, seats: Utilization, days_above: int, *, unseated: int = 0
) -> tuple[Evidence, ...]:
    """What an alert of this band rests on: use for eighty percent, room for the others."""
    use = use_evidence(seats, unseated)
    if band is Band.EIGHTY:
        return (*use, evidence_of(EvidenceCode.DAYS_ABOVE, days=days_above))
    return (seats_assigned(seats), *use)


def low_use_evidence(
    seats: Utilization, *, below: Fraction, days: int, unseated: int = 0
) -> tuple[Evidence, ...]:
    return (
        evidence_of(EvidenceCode.LOW_USE, below=basis_points(below), days=days),
        *use_evidence(seats, unseated),
    )


def people_waiting(department: str, people: int) -> Evidence:
    """Members without a seat; an empty department stands for the whole organization."""
    return evidence_of(EvidenceCode.PEOPLE_WAITING, department=department, people=people)


def department_grew(department: str, *, before: int, after: int, without_seat: int) -> Evidence:
    return evidence_of(
        EvidenceCode.DEPARTMENT_GREW,
        department=department,
        before=before,
        after=after,
        without_seat=without_seat,
    )


def assignments_refused(count: int, since_on: date) -> Evidence:
    return evidence_of(EvidenceCode.ASSIGNMENT_REFUSED, count=count, since_on=since_on)


def run_out_evidence(run_out: RunOut) -> tuple[Evidence, ...]:
    """The range, where at least its beginning is in sight, and the chance within 60 days."""
    likely = evidence_of(
        EvidenceCode.FULL_LIKELY, days=60, share=round(run_out.probability_60 * 10_000)
    )
    if run_out.earliest_on is None:
        return (likely,)
    between = evidence_of(
        EvidenceCode.FULL_BETWEEN, earliest_on=run_out.earliest_on, latest_on=run_out.latest_on
    )
    return (between, likely)


def worth_a_year(arr_minor: int, currency: str) -> Evidence:
    return evidence_of(EvidenceCode.WORTH_A_YEAR, arr_minor=arr_minor, currency=currency)
