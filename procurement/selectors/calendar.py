"""How an organization buys, as the domain decides with it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Organization
from procurement.domain.calendar import BuyingCalendar, day_of
from procurement.models import ProcurementFreeze, ProcurementProfile


def profile_of(organization_id: int) -> ProcurementProfile:
    """Return the profile, or an empty one that is not stored."""
    found = ProcurementProfile.objects.filter(organization_id=organization_id).first()
    return found or ProcurementProfile(organization_id=organization_id, version=0)


def freezes_of(organization_id: int) -> list[ProcurementFreeze]:
    """Return the freezes, by their first day."""
    return list(ProcurementFreeze.objects.filter(organization_id=organization_id))


def buying_calendar(organization_id: int) -> BuyingCalendar:
    """Return the calendar by which the organization buys."""
    return profile_of(organization_id).calendar(freezes_of(organization_id))


def today_of(organization: Organization, now: datetime) -> date:
    """Return the organization's day."""
    return day_of(now, ZoneInfo(organization.time_zone))
