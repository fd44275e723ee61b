"""What is planned for the renewal of a subscription."""

from billing.models import ScheduledChange, Subscription


def planned_changes(subscription: Subscription) -> list[ScheduledChange]:
    """Return what is planned, the oldest first, prices with their tiers."""
    return list(
        ScheduledChange.objects.planned()
        .filter(subscription=subscription)
        .select_related("price_to__plan", "price_from__plan")
        .prefetch_related("price_to__tiers", "price_from__tiers")
        .order_by("created_at")
    )
