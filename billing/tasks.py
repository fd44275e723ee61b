"""Background work of billing. The clock is read here and handed down."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from billing.models import ReconciliationRun
from billing.services import (
    catalog,
    collecting,
    contracts,
    details,
    dunning,
    grants,
    price_moves,
    reconciliation,
    recovery,
    starting,
    sweeping,
    tax,
    webhooks,
)


@shared_task
def process_webhook_inbox() -> int:
    """Work off Stripe's events that are due."""
    return webhooks.process_due_events(now=timezone.now(), clock=timezone.now)


@shared_task
def fetch_missed_events() -> int:
    """Take in events of Stripe whose delivery was lost, and work them off."""
    now = timezone.now()
    missed = webhooks.fetch_missed_events(now=now)
    if missed:
        webhooks.process_due_events(now=now, clock=timezone.now)
    return missed


@shared_task
def sweep_purchases() -> int:
    """Go on with purchases that were interrupted and renewals that nobody told us of."""
    now = timezone.now()
    resumed = sweeping.sweep_purchases(now=now) + sweeping.sweep_renewals(now=now)
    resumed += sweeping.sweep_settlements(now=now) + sweeping.sweep_plans(now=now)
    resumed += contracts.sweep_contracts(now=now)
    return resumed + sweeping.sweep_payments(now=now) + grants.sweep_grants(now=now)


@shared_task
def apply_tax_rule(country: str) -> int:
    """Tax the organizations of a country anew; return how many there are."""
    now = timezone.now()
    found = tax.mark_accounts_of(country=country, now=now)
    tax.sweep_tax(now=now)
    return found


@shared_task
def sweep_starts() -> int:
    """Go on with beginnings that were left, and with taxes and payers that changed."""
    now = timezone.now()
    begun = starting.sweep_starts(now=now, idle_for=sweeping.IDLE_FOR)
    return begun + details.sweep_details(now=now) + tax.sweep_tax(now=now)


@shared_task
def carry_out_grants() -> int:
    """Do at Stripe what a discount or a credit was just granted for."""
    return grants.sweep_grants(now=timezone.now(), idle_for=timedelta())


@shared_task
def apply_contract(organization_id: int) -> None:
    """Have Stripe collect as was just approved."""
    contracts.apply_contract(organization_id=organization_id, now=timezone.now())


@shared_task
def run_dunning() -> int:
    """Follow up unpaid invoices; go on with attempts to pay one."""
    now = timezone.now()
    return recovery.sweep_attempts(now=now) + dunning.run_dunning(now=now)


@shared_task
def collect_months() -> int:
    """Invoice the small additions of months that have ended; go on with what was interrupted."""
    return collecting.collect_months(now=timezone.now())


@shared_task
def expire_purchases() -> int:
    """End purchases that nobody confirmed in time."""
    return sweeping.expire_purchases(now=timezone.now())


@shared_task
def reconcile(run_id: int | None = None) -> int:
    """Compare with Stripe: everything, or what a stored run asks for; return the differences."""
    run = ReconciliationRun.objects.get(pk=run_id) if run_id is not None else None
    ended = reconciliation.reconcile(now=timezone.now(), clock=timezone.now, run=run)
    return ended.differences if ended is not None else 0


@shared_task
def resume_reconciliation() -> int:
    """Go on with a comparison that was cut off; return how many stages it has not seen yet."""
    run = reconciliation.resume_unfinished_run(now=timezone.now(), clock=timezone.now)
    return len(run.not_seen) if run is not None else 0


@shared_task
def sync_prices() -> int:
    """Make published prices at Stripe that have no twin there yet; return how many."""
    return catalog.sync_catalog()


@shared_task
def work_price_moves() -> int:
    """Go on with moves of subscribers to other versions; return how many were looked at."""
    return price_moves.work_moves(now=timezone.now())
