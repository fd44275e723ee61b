"""Counts ahead what the pages of very large organizations show of everybody."""

from datetime import datetime

from accounts.models import Organization
from accounts.tenancy import organization_context
from seats.domain.outcomes import PERIODS, period_of
from seats.models import CountedFigures
from seats.selectors.cohorts import cohorts
from seats.selectors.counted import counting_anew
from seats.selectors.features import feature_adoption, feature_table
from seats.selectors.outcomes import outcome_table
from seats.selectors.people_list import People, PeopleFilter, PeopleQuery
from seats.selectors.usage import large_snapshot, usage_by_feature, usage_by_week


def count_page_figures(*, now: datetime) -> int:
    """Count for every organization of more than LIVE_PEOPLE people; return how many there are.

    Others keep no counts: their pages count. Each organization is one transaction; can be repeated
    at any time.
    """
    ids = Organization.objects.using("pipeline").order_by("pk").values_list("pk", flat=True)
    return sum(_count(organization_id, now=now) for organization_id in list(ids))


def _count(organization_id: int, *, now: datetime) -> bool:
    with organization_context(organization_id):
        is_large = large_snapshot(organization_id=organization_id, now=now) is not None
        if is_large:
            found: dict[str, str] = {}
            with counting_anew(found.__setitem__):
                _show_everything(organization_id, now)
            CountedFigures.objects.bulk_create(
                [
                    CountedFigures(
                        organization_id=organization_id, what=what, figures=figures, counted_at=now
                    )
                    for what, figures in found.items()
                ],
                update_conflicts=True,
                unique_fields=["organization", "what"],
                update_fields=["figures", "counted_at"],
            )
        # Counts of periods that are over, or of an organization that is not that large any more.
        CountedFigures.objects.filter(organization_id=organization_id, counted_at__lt=now).delete()
    return is_large


def _show_everything(organization_id: int, now: datetime) -> None:
    """Read what the pages read; each count is kept as it is made."""
    feature_table(organization_id=organization_id, now=now)
    feature_adoption(organization_id=organization_id, now=now)
    cohorts(organization_id=organization_id, now=now)
    usage_by_feature(organization_id=organization_id, now=now)
    usage_by_week(organization_id=organization_id, now=now)
    for name in PeopleFilter:
        People(PeopleQuery(name), organization_id=organization_id, now=now).capped_count()
    for period in PERIODS:
        starts_on, ends_on = period_of(period, now.date())
        outcome_table(organization_id=organization_id, starts_on=starts_on, ends_on=ends_on)
