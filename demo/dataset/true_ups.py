"""Organizations with true-ups: before its end, in review, with finance, and settled at Stripe.

Each bought a year and has people who stopped working with the product; all but the one whose
quarter still runs used more seats than they bought. Everything is done on its day, as the job
does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from demo.dataset import people
from demo.dataset.beginnings import small_customer
from demo.dataset.cast import Customer
from demo.dataset.money import Buyer, Clocks
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.models import SeatAssignment
from seats.services.limits import set_limit
from seats.services.rollup import roll_up_usage
from seats.services.seats import assign_seat
from trueups.domain.notices import announced_at
from trueups.domain.quarters import add_months, midnight
from trueups.domain.states import State
from trueups.domain.terms import NOTICE_DAYS, Activity, Terms
from trueups.models import TrueUp
from trueups.services.marks import recount_marks
from trueups.services.notices import send_notices
from trueups.services.review import decide, dispute_line, submit_review
from trueups.services.scheduling import schedule_quarter
from trueups.services.settling import sign
from trueups.services.snapshots import take_snapshot
from trueups.services.terms import approve_terms


@dataclass(frozen=True, slots=True)
class Case:
    """One organization: its quarter ended so many days ago with these seats and people.

    A quarter that ends in so many days has a negative number; then everybody beyond the purchased
    seats still waits for one.
    """

    customer: Customer
    ended_days_ago: int
    purchased: int
    people: int
    inactive: int

    @property
    def is_running(self) -> bool:
        return self.ended_days_ago < 0

    @property
    def seated(self) -> int:
        return self.purchased if self.is_running else self.people


REVIEWING: Final = Case(
    small_customer(
        "fjordkraft", "Fjordkraft Design", "DK", "Aarhus", culture="de", plan="team",
        interval="year", time_zone="Europe/Copenhagen", industry="Design", tax_basis_points=2500,
    ),
    ended_days_ago=5, purchased=18, people=23, inactive=3,
)  # fmt: skip
WITH_FINANCE: Final = Case(
    small_customer(
        "lindenhof", "Lindenhof Verlag", "AT", "Graz", culture="de", plan="team",
        interval="year", time_zone="Europe/Vienna", industry="Publishing", tax_basis_points=2000,
    ),
    ended_days_ago=12, purchased=11, people=15, inactive=2,
)  # fmt: skip
SETTLED: Final = Case(
    small_customer(
        "weinberg", "Weinberg Optik", "DE", "Jena", culture="de", plan="team",
        interval="year", time_zone="Europe/Berlin", industry="Optics", tax_basis_points=1900,
    ),
    ended_days_ago=26, purchased=9, people=13, inactive=2,
)  # fmt: skip
ENDING: Final = Case(
    small_customer(
        "nordlys", "Nordlys Arkitekter", "DK", "Odense", culture="de", plan="team",
        interval="year", time_zone="Europe/Copenhagen", industry="Architecture",
        tax_basis_points=2500,
    ),
    # A day before its first announcement is due.
    ended_days_ago=-29, purchased=12, people=17, inactive=3,
)  # fmt: skip
CASES: Final = (REVIEWING, WITH_FINANCE, SETTLED, ENDING)

_LENT: Final = 8
_LONG_WINDOW: Final = 60
# Before the quarter's end, the days on which people worked, and with what.
_WORKED: Final = (1, 4, 9, 16, 23)
_FEATURES: Final = ("reports", "boards", "export")


def let_them_use_more(
    staff: dict[str, User], clocks: Clocks, *, api_key: str, planned_at: datetime, now: datetime
) -> list[dict[str, str]]:
    """Make the organizations with their quarters; return sign-ins."""
    finance = next(u for u in staff.values() if u.vendor_role == User.VendorRole.FINANCE)
    sign_ins: list[dict[str, str]] = []
    for case in CASES:
        zone = ZoneInfo(case.customer.time_zone)
        day = planned_at.astimezone(zone).date() - timedelta(days=case.ended_days_ago)
        begun = midnight(add_months(day, -3), zone)
        organization = people.ensure_organization(
            case.customer,
            manager=staff[case.customer.manager.email],
            founded_at=begun - timedelta(days=20),
        )
        sign_ins += people.ensure_sign_ins(
            organization, case.customer, roles=("admin",), champion="", member=""
        )
        admin = User.objects.get(email=f"{people.LOCAL_PARTS['admin']}@{case.customer.domain}")
        buyer = Buyer(organization, case.customer, clocks, admin)
        with clocks.deliveries_held_back():
            buyer.have(case.purchased, begun)
            buyer.live_until(now)
        members = people.add_waiting_people(
            organization, case.customer, department="Team", count=case.people, now=begun
        )
        _agree(organization, case, Actor.of(finance), begun)
        _seat(organization, members[: case.seated], case, begun)
        true_up = _quarter(organization, begun)
        working = members[case.inactive : case.seated]
        if case.is_running:
            _work(organization, working, planned_at, api_key, now)
            _mark(organization, true_up, now)
            continue
        _work(organization, working, true_up.quarter.upper, api_key, now)
        _run(organization, true_up, now)
        if case is not REVIEWING:
            _review(organization, true_up, Actor.of(admin), disputes=case is WITH_FINANCE)
        if case is SETTLED:
            with clocks.deliveries_held_back():
                _sign(organization, true_up, Actor.of(finance), now)
    return sign_ins


def _agree(organization: Organization, case: Case, finance: Actor, begun: datetime) -> None:
    known: dict[str, Any] = {"organization_id": organization.pk, "actor": finance, "now": begun}
    reason = "Framework agreement, annex 2: quarterly true-up"
    terms, policy = Terms(), LimitPolicy(LimitMode.TRUE_UP, overage_seats=_LENT)
    if case.is_running:
        # Who worked in the last weeks counts as active at the quarter's end, without more usage.
        terms = Terms(activity=Activity(window_days=_LONG_WINDOW))
        policy = LimitPolicy(LimitMode.SOFT, _LENT, _LONG_WINDOW, AtEnd.TRUE_UP)
    approve_terms(terms=terms, reason=reason, **known)
    set_limit(policy=policy, reason=reason, **known)


def _seat(
    organization: Organization, members: list[Membership], case: Case, begun: datetime
) -> None:
    """Seats for what was bought on the first days, and for the others five weeks later."""
    with organization_context(organization.pk):
        if SeatAssignment.objects.exists():
            return
    for number, member in enumerate(members):
        days = 2 if number < case.purchased else 37
        assign_seat(
            organization_id=organization.pk,
            membership_id=member.pk,
            actor=SYSTEM,
            now=begun + timedelta(days=days, hours=9, minutes=number),
        )


def _quarter(organization: Organization, begun: datetime) -> TrueUp:
    """Return the quarter that is over; it was scheduled on its first day."""
    schedule_quarter(organization_id=organization.pk, now=begun)
    with organization_context(organization.pk):
        return TrueUp.objects.earliest("quarter")


def _work(
    organization: Organization,
    members: Iterable[Membership],
    end: datetime,
    api_key: str,
    now: datetime,
) -> None:
    """Report through the API what everybody but the inactive did in the last weeks."""
    events = [
        {
            "id": f"{member.external_id}-{days}-{feature}",
            "organization": organization.external_id,
            "member": member.external_id,
            "at": (end - timedelta(days=days, hours=9, minutes=number)).isoformat(),
            "kind": "feature",
            "feature": feature,
        }
        for number, member in enumerate(members)
        for days in _WORKED[: 2 + number % 4]
        for feature in _FEATURES[: 1 + (number + days) % 3]
    ]
    headers = {"Authorization": f"Bearer {api_key}"}
    with httpx.Client(headers=headers, trust_env=False, timeout=60) as http:
        answer = http.post(f"{settings.BASE_URL}/api/v1/events", json={"events": events})
        answer.raise_for_status()
    roll_up_usage(now=now)


def _run(organization: Organization, true_up: TrueUp, now: datetime) -> None:
    """Announce the quarter and take its snapshot, each on its day."""
    known: dict[str, Any] = {"organization_id": organization.pk, "true_up_id": true_up.pk}
    zone = ZoneInfo(true_up.time_zone)
    end = true_up.quarter.upper
    for days in NOTICE_DAYS:
        send_notices(**known, now=announced_at(end, days, zone))
    _mark(organization, true_up, now)
    take_snapshot(**known, now=end)
    schedule_quarter(organization_id=organization.pk, now=end)


def _mark(organization: Organization, true_up: TrueUp, now: datetime) -> None:
    """Write the high-water mark of each day up to today."""
    zone = ZoneInfo(true_up.time_zone)
    first, last = (at.astimezone(zone).date() for at in (true_up.quarter.lower, now))
    recount_marks(organization_id=organization.pk, first=first, last=last, now=now)


def _review(organization: Organization, true_up: TrueUp, admin: Actor, *, disputes: bool) -> None:
    """Remove one of the inactive, keep the other, submit; and dispute the overage if wanted."""
    with organization_context(organization.pk):
        true_up.refresh_from_db()
        if not true_up.is_under_review:
            return
        gone, stays = true_up.people.filter(is_offered=True)[:2]
        line = true_up.lines.get(kind="overage")
    at = true_up.quarter.upper + timedelta(days=6, hours=10)
    known: dict[str, Any] = {
        "organization_id": organization.pk, "true_up_id": true_up.pk, "actor": admin, "now": at,
    }  # fmt: skip
    decide(
        membership_ids=[gone.membership_id], decision="remove", reason="Moved to another team",
        **known,
    )  # fmt: skip
    decided = decide(
        membership_ids=[stays.membership_id], decision="keep", reason="On parental leave", **known
    )
    if disputes:
        text = "Two of the seats were a mistake of an hour. Please look."
        dispute_line(line_id=line.pk, text=text, **known)
    submit_review(total_minor=decided.total_minor, **known)


def _sign(organization: Organization, true_up: TrueUp, finance: Actor, now: datetime) -> None:
    """Sign what was submitted: the overage is charged and the removal credited on one invoice."""
    with organization_context(organization.pk):
        true_up.refresh_from_db()
    if true_up.current_state is State.WITH_FINANCE:
        sign(
            organization_id=organization.pk,
            true_up_id=true_up.pk,
            expected_total_minor=true_up.total_minor,
            actor=finance,
            now=now,
        )
