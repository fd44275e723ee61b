"""What people used most in 28 days, how often and with which outcome; for a page of people.

Runs inside the organization's tenancy context. Whoever calls has asked `seats.selectors.privacy`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import OutcomeDay, UsageDay
from seats.selectors.outcome_words import kind_words
from seats.selectors.people import FeatureUse, PersonRow
from seats.selectors.usage import first_day_of

_MOST_USES: Final = 2


def add_uses(rows: Sequence[PersonRow], *, organization_id: int, now: datetime) -> None:
    """Write the most used features into rows, with their outcomes; in two queries."""
    uses = feature_uses(
        [row.membership.pk for row in rows], organization_id=organization_id, now=now
    )
    for row in rows:
        row.uses = uses.get(row.membership.pk, [])[:_MOST_USES]


def feature_uses(
    membership_ids: Sequence[int], *, organization_id: int, now: datetime
) -> dict[int, list[FeatureUse]]:
    """Return the features that people used in 28 days, the most used first."""
    since = first_day_of(now, ACTIVE_WINDOW.days)
    sums = (
        OutcomeDay.objects.filter(
            organization_id=organization_id, membership_id__in=membership_ids, day__gte=since
        )
        .order_by("kind")
        .values_list("membership_id", "feature_id", "kind")
        .annotate(total=Sum("value"))
    )
    outcomes: dict[tuple[int, int], list[tuple[str, Decimal]]] = defaultdict(list)
    for membership_id, feature_id, kind, total in sums:
        outcomes[membership_id, feature_id].append((kind_words(kind), total))
    used = (
        UsageDay.objects.filter(
            organization_id=organization_id, membership_id__in=membership_ids, day__gte=since
        )
        .order_by()
        .values_list("membership_id", "feature_id", "feature__name")
        .annotate(n_events=Sum("events"))
        .order_by("membership_id", "-n_events", "feature__name")
    )
    found: dict[int, list[FeatureUse]] = defaultdict(list)
    for membership_id, feature_id, name, events in used:
        found[membership_id].append(
            FeatureUse(name, events, tuple(outcomes.get((membership_id, feature_id), ())))
        )
    return found
