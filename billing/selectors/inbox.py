"""The inbox of Stripe's events, as vendor operations read it."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from billing.models import WebhookEvent

# Longer than a worker takes when nothing is wrong.
LATE: Final = timedelta(minutes=10)

STATES: Final[dict[str, Promise]] = {
    "waiting": gettext_lazy("waiting"),
    "failing": gettext_lazy("failing"),
    "processed": gettext_lazy("processed"),
    "ignored": pgettext_lazy("event of Stripe", "ignored"),
    "unknown_customer": gettext_lazy("of an unknown customer"),
}


def state_of(event: WebhookEvent) -> str:
    """Return the state of an event, a key of `STATES`."""
    if event.processed_at is None:
        return "failing" if event.last_error else "waiting"
    return event.outcome or "processed"


def _in_state(state: str) -> Q:
    waits = Q(processed_at__isnull=True)
    match state:
        case "waiting":
            return waits & Q(last_error="")
        case "failing":
            return waits & ~Q(last_error="")
        case "processed" | "ignored" | "unknown_customer":
            return ~waits & Q(outcome=state)
    return Q()


def events(*, state: str = "", search: str = "") -> QuerySet[WebhookEvent]:
    """Return events, those that fail and wait first; `search` is a part of a type or an id."""
    found = WebhookEvent.objects.filter(_in_state(state))
    for word in search.split():
        found = found.filter(
            Q(type__icontains=word)
            | Q(event_id__icontains=word)
            | Q(object_id__icontains=word)
            | Q(customer_id__icontains=word)
        )
    return found.order_by("-received_at", "-pk")


def counts(*, search: str = "") -> dict[str, int]:
    """Return how many events there are in each state."""
    return {state: events(state=state, search=search).count() for state in STATES}


def trouble(now: datetime) -> dict[str, int]:
    """Return how many events fail, and how many wait for longer than they should."""
    waiting = WebhookEvent.objects.filter(processed_at__isnull=True)
    return {
        "failing": waiting.exclude(last_error="").count(),
        "late": waiting.filter(received_at__lte=now - LATE).count(),
    }
