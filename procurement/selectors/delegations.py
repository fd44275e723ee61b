"""Who stands in for whom, as a person sees it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Organization
from procurement.models import ApprovalDelegation


@dataclass(frozen=True, slots=True)
class StandIn:
    """A delegation that is in force or to come, with its days, both included."""

    row: ApprovalDelegation
    from_on: date
    until_on: date
    is_in_force: bool


def given_by(organization_id: int, member_id: int, now: datetime) -> list[StandIn]:
    """Return what a person gave away, the next first; inside the tenancy context."""
    return _rows(organization_id, now, from_member_id=member_id)


def given_to(organization_id: int, member_id: int, now: datetime) -> list[StandIn]:
    """Return for whom a person decides, the next first."""
    return _rows(organization_id, now, to_member_id=member_id)


def _rows(organization_id: int, now: datetime, **whose: int) -> list[StandIn]:
    zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
    rows = (
        ApprovalDelegation.objects.filter(
            organization_id=organization_id,
            revoked_at__isnull=True,
            during__endswith__gt=now,
            **whose,
        )
        .select_related("from_member", "to_member")
        .order_by("during")
    )
    return [
        StandIn(
            row,
            row.during.lower.astimezone(zone).date(),
            (row.during.upper.astimezone(zone) - timedelta(days=1)).date(),
            row.delegation().holds(now),
        )
        for row in rows
    ]
