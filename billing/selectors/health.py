"""What a monitor has to know of billing: counts and ages over all organizations.

Read inside a staff context that sees the billing of all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from billing.models import (
    Difference,
    Incident,
    InvoiceHold,
    Purchase,
    PurchaseReview,
    ReconciliationRun,
    Stranger,
    WebhookEvent,
)
from billing.models.purchase import UNFINISHED_STATES


@dataclass(frozen=True, slots=True)
class Measure:
    """One gauge: its name, what it counts, and its values by label (name, value) or without."""

    name: str
    help: str
    values: tuple[tuple[tuple[str, str] | None, float], ...]


def measures(now: datetime) -> Iterator[Measure]:
    """Yield every measure; ages are seconds. A kind or state without rows is reported as 0."""
    yield _counts(
        "headroom_differences_open",
        "Differences with Stripe that nobody has ended, by kind.",
        "kind",
        list(Difference.Kind.values),
        dict(
            Difference.objects.filter(state=Difference.State.OPEN)
            .order_by()
            .values_list("kind")
            .annotate(n=Count("pk"))
        ),
    )
    yield _counts(
        "headroom_strangers_open",
        "Objects at Stripe that belong to no organization, by kind.",
        "kind",
        list(Stranger.Kind.values),
        dict(
            Stranger.objects.filter(state=Stranger.State.OPEN)
            .order_by()
            .values_list("kind")
            .annotate(n=Count("pk"))
        ),
    )
    yield _counts(
        "headroom_incidents_open",
        "Incidents that nobody has closed, by kind.",
        "kind",
        list(Incident.Kind.values),
        dict(
            Incident.objects.filter(closed_at__isnull=True)
            .order_by()
            .values_list("kind")
            .annotate(n=Count("pk"))
        ),
    )
    yield from _purchases(now)
    yield _one(
        "headroom_reviews_open",
        "Orders above a safety limit that wait for a person.",
        PurchaseReview.objects.filter(state=PurchaseReview.State.OPEN).count(),
    )
    yield _one(
        "headroom_renewals_held",
        "Invoices of renewals that are held back.",
        InvoiceHold.objects.filter(state=InvoiceHold.State.HELD).count(),
    )
    yield from _inbox(now)
    yield from _comparison(now)


def summary(now: datetime) -> dict[str, float]:
    """Return each measure's sum by name, for a page of health."""
    return {measure.name: sum(value for _, value in measure.values) for measure in measures(now)}


def _purchases(now: datetime) -> Iterator[Measure]:
    rows = {
        state: (count, oldest)
        for state, count, oldest in Purchase.objects.unfinished()
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"), oldest=Min("created_at"))
    }
    states = list(UNFINISHED_STATES)
    yield _counts(
        "headroom_purchases_unfinished",
        "Purchases that wait for something, by state.",
        "state",
        states,
        {state: count for state, (count, _oldest) in rows.items()},
    )
    yield _counts(
        "headroom_purchases_oldest_seconds",
        "Age of the oldest purchase that waits, by state.",
        "state",
        states,
        {state: (now - oldest).total_seconds() for state, (_count, oldest) in rows.items()},
    )


def _inbox(now: datetime) -> Iterator[Measure]:
    waiting = WebhookEvent.objects.filter(processed_at__isnull=True).aggregate(
        n=Count("pk"),
        failing=Count("pk", filter=~Q(last_error="")),
        oldest=Min("received_at"),
    )
    yield _one("headroom_webhook_inbox", "Events of Stripe to be processed.", waiting["n"])
    yield _one(
        "headroom_webhook_failing",
        "Events of Stripe that failed and are tried again.",
        waiting["failing"],
    )
    oldest = waiting["oldest"]
    yield _one(
        "headroom_webhook_lag_seconds",
        "Age of the oldest event of Stripe to be processed.",
        (now - oldest).total_seconds() if oldest else 0,
    )


def _comparison(now: datetime) -> Iterator[Measure]:
    finished = ReconciliationRun.objects.filter(only="", finished_at__isnull=False, not_seen=[])
    last = finished.order_by("-finished_at").values_list("finished_at", flat=True).first()
    # Without one there is no age: a monitor tells absence from youth.
    if last is not None:
        yield _one(
            "headroom_reconciliation_age_seconds",
            "Time since everything was last compared with Stripe, whole.",
            (now - last).total_seconds(),
        )


def _one(name: str, help: str, value: float) -> Measure:
    return Measure(name, help, ((None, value),))


def _counts(
    name: str, help: str, label: str, known: list[str], counts: dict[str, float]
) -> Measure:
    every = dict.fromkeys(known, 0) | counts
    return Measure(name, help, tuple(((label, key), every[key]) for key in sorted(every)))
