"""Lets go of what nobody needs any more: events that were processed, runs that are long over."""

from datetime import datetime, timedelta

from django.db import transaction

from billing.models import ReconciliationRun, WebhookEvent

# Stripe keeps its events for 30 days; three months let a person look back further than that.
EVENTS_KEPT_FOR = timedelta(days=90)
RUNS_KEPT_FOR = timedelta(days=30)
_BATCH = 1000


def purge_events(*, now: datetime) -> int:
    """Delete events that were processed 90 days ago or earlier; return how many.

    In batches of their own transaction, so that the inbox is never locked for long. An event that
    was not processed stays, however old it is.
    """
    before = now - EVENTS_KEPT_FOR
    deleted = 0
    while True:
        old = WebhookEvent.objects.filter(processed_at__lte=before).order_by("pk")
        with transaction.atomic():
            count, _by_model = WebhookEvent.objects.filter(
                pk__in=list(old.values_list("pk", flat=True)[:_BATCH])
            ).delete()
        deleted += count
        if count < _BATCH:
            return deleted


def thin_runs(*, now: datetime) -> int:
    """Keep one comparison of everything a month once it is 30 days old; return how many went."""
    old = ReconciliationRun.objects.filter(started_at__lt=now - RUNS_KEPT_FOR)
    kept: set[tuple[int, int]] = set()
    gone: list[int] = []
    for run in old.order_by("-started_at").iterator():
        month = (run.started_at.year, run.started_at.month)
        if run.only or not run.is_complete or month in kept:
            gone.append(run.pk)
        else:
            kept.add(month)
    count, _by_model = ReconciliationRun.objects.filter(pk__in=gone).delete()
    return count
