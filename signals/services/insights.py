"""Puts a card of the Overview away for the whole organization, and brings all back."""

from datetime import datetime

from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from signals.domain.insights import PUT_AWAY_FOR, STAYS, InsightKind
from signals.models import InsightAway


def put_insight_away(
    *, organization_id: int, kind: InsightKind, actor: Actor, now: datetime
) -> None:
    """Hide cards of a kind for 30 days; what stays cannot be put away."""
    if kind in STAYS:
        return
    with organization_context(organization_id, user_id=actor.user_id):
        InsightAway.objects.update_or_create(
            organization_id=organization_id, kind=kind.value, defaults={"until": now + PUT_AWAY_FOR}
        )
        record(
            actor=actor,
            verb="insight_put_away",
            subject=Organization.objects.get(pk=organization_id),
            organization_id=organization_id,
            now=now,
            changes={"insight": kind.value},
        )


def show_insights_again(*, organization_id: int, actor: Actor, now: datetime) -> None:
    """Show all cards again; twice is once."""
    with organization_context(organization_id, user_id=actor.user_id):
        if InsightAway.objects.filter(organization_id=organization_id).delete()[0]:
            record(
                actor=actor,
                verb="insights_shown_again",
                subject=Organization.objects.get(pk=organization_id),
                organization_id=organization_id,
                now=now,
            )
