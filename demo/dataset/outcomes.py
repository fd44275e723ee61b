"""Outcomes that an admin recorded by hand, with a baseline before seats were bought widely."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from accounts.models import Department, Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.domain.outcomes import OutcomeKind
from seats.services.outcomes import OutcomeFacts, record_outcome, set_baseline

_MONTH: Final = timedelta(days=30)
# Kind, amount in the last days, baseline in the thirty days a year ago, note.
_SAID: Final = (
    (OutcomeKind.TIME_SAVED, "58", "30", "Reports that nobody writes by hand any more"),
    (OutcomeKind.PROJECTS, "4", "3", "Campaigns that went out"),
    (OutcomeKind.QUALITY, "87", "79", "Monthly survey, of 100"),
)


def record_by_hand(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Record three outcomes of one department and what they were before; a repeat adds none."""
    with organization_context(organization.pk):
        department = Department.objects.filter(organization=organization).order_by("name").last()
    ends_on = now.date()
    before = ends_on - timedelta(days=365)
    for kind, amount, earlier, note in _SAID:
        department_id = department.pk if department else None
        _entry, is_new = record_outcome(
            organization_id=organization.pk,
            facts=OutcomeFacts(
                kind, ends_on - _MONTH, ends_on, Decimal(amount), "", department_id, note
            ),
            reference=f"demo-{kind.value}",
            actor=admin,
            now=now,
        )
        if is_new:
            set_baseline(
                organization_id=organization.pk,
                facts=OutcomeFacts(
                    kind, before - _MONTH, before, Decimal(earlier), "", department_id
                ),
                actor=admin,
                now=now,
            )
