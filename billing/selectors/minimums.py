"""The least number of seats that an organization may have of a plan, waivers taken into account."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet

from billing.domain.price_table import PriceTable
from billing.models import MinimumAbandoned, MinimumWaiver, Price


def running_waivers(now: datetime) -> QuerySet[MinimumWaiver]:
    """Return the waivers that hold at `now`."""
    return MinimumWaiver.objects.filter(
        Q(ended_at__isnull=True), granted_at__lte=now, ends_at__gt=now
    ).select_related("plan", "organization")


def table_for(organization_id: int, price: Price, now: datetime) -> PriceTable:
    """Return a price's table as it is sold to one organization at `now`.

    A waived minimum is the next multiple of the table's step, and never above the plan's own.
    """
    table = price.table()
    if table.minimum_seats == 1:
        return table
    waiver = (
        running_waivers(now).filter(organization_id=organization_id, plan_id=price.plan_id).first()
    )
    if waiver is None:
        return table
    least = -(-waiver.minimum_seats // table.step) * table.step
    return replace(table, minimum_seats=min(table.minimum_seats, least))


def abandoned_minimums() -> QuerySet[MinimumAbandoned]:
    """Return who wanted fewer seats than a minimum, the latest first."""
    return MinimumAbandoned.objects.select_related("plan", "organization")
