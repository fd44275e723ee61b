"""One comparison from request to end: one at a time, visible while it runs, resumed when cut off.

An advisory lock says that a run is alive; it falls with the process that held it, so a run that
was killed can be told from one that works. It belongs to a transaction of its own connection, since
behind a pooler of transactions nobody has a session. Each stage is written when it is whole: a
stage that Stripe did not answer leaves its differences as they were, stands in `not_seen`, and is
tried again by `resume_unfinished_run`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor
from billing.domain.reconciliation import Stage
from billing.gateways import stripe
from billing.models import BillingAccount, ReconciliationRun
from billing.selectors.sides import PIPELINE
from billing.services.reconciliation.comparing import Comparison, Scope
from billing.services.reconciliation.keeping import keep

log = structlog.get_logger(__name__)

# Older invoices and payments are compared while they wait for money, and for one organization.
WINDOW = timedelta(days=100)
# A run that nobody began to work on within this time was lost on its way to a worker.
_STARTS_WITHIN = timedelta(minutes=10)
_RESUME_FOR = timedelta(hours=6)
_RESUME_AFTER = timedelta(minutes=5)
_MOST_ATTEMPTS = 6
_LOCK = 0x7EC0_4C11


class RunUnderWay(DomainError):
    """A comparison is running or about to; two at once would only ask Stripe twice."""

    code: ClassVar[str] = "reconciliation_under_way"


def request_run(
    *, actor: Actor, now: datetime, organization: Organization | None = None
) -> ReconciliationRun:
    """Store that a comparison is wanted, of one organization or of all; raises RunUnderWay."""
    waiting = ReconciliationRun.objects.filter(finished_at__isnull=True)
    if is_running() or waiting.filter(started_at__gt=now - _STARTS_WITHIN).exists():
        raise RunUnderWay(_("A comparison is running already. Its result will appear here."))
    waiting.update(finished_at=now, error="interrupted", not_seen=[s.value for s in Stage])
    return ReconciliationRun.objects.create(
        only=organization.name if organization else "",
        only_id=organization.pk if organization else None,
        requested_by=actor.label[:200],
        started_at=now,
    )


def is_running() -> bool:
    """Whether some process compares at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = 0 AND objid = %s AND objsubid = 1 AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_LOCK],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _alone() -> Iterator[bool]:
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            is_alone = bool(cursor.fetchone()[0])
        yield is_alone
        own.rollback()
    finally:
        own.close()


def reconcile(
    *, now: datetime, clock: Callable[[], datetime], run: ReconciliationRun | None = None
) -> ReconciliationRun | None:
    """Compare and keep what is found; return the run, or None when another one is running.

    Without `run` it is the nightly one of everything. Must not run inside a transaction.
    """
    with _alone() as is_alone:
        if not is_alone:
            log.info("reconciliation_runs_already")
            return None
        if run is None:
            run = ReconciliationRun.objects.create(started_at=now, requested_by=SYSTEM.label)
        return _work_on(run, now, clock)


def resume_unfinished_run(
    *, now: datetime, clock: Callable[[], datetime]
) -> ReconciliationRun | None:
    """Go on with the latest run where it was cut off, if it was; return it."""
    run = ReconciliationRun.objects.order_by("-started_at").first()
    if (
        run is None
        or run.is_complete
        or run.attempts >= _MOST_ATTEMPTS
        or run.started_at < now - _RESUME_FOR
        or (run.resumed_at or run.started_at) > now - _RESUME_AFTER
    ):
        return None
    with _alone() as is_alone:
        return _work_on(run, now, clock) if is_alone else None


def _work_on(
    run: ReconciliationRun, now: datetime, clock: Callable[[], datetime]
) -> ReconciliationRun:
    run.attempts += 1
    run.resumed_at = now if run.attempts > 1 else None
    run.finished_at, run.error, run.not_seen = None, "", []
    scope = _scope(run)

    def progress(count: int) -> None:
        rows = ReconciliationRun.objects.filter(pk=run.pk)
        rows.update(done=F("done") + count)
        run.done += count

    comparison = Comparison(scope, progress)
    run.total = max(comparison.size(), run.done)
    run.save()
    for stage in Stage:
        if stage.value in run.seen:
            continue
        _work_on_stage(run, stage, comparison, scope, clock)
    run.stage, run.finished_at = "", clock()
    run.total = max(run.total, run.done)
    run.save()
    log.info("reconciled", run=run.pk, differences=run.differences, not_seen=run.not_seen)
    return run


def _work_on_stage(
    run: ReconciliationRun,
    stage: Stage,
    comparison: Comparison,
    scope: Scope,
    clock: Callable[[], datetime],
) -> None:
    run.stage = stage.value
    run.save(update_fields=["stage"])
    before = run.done
    try:
        compared = comparison.compare(stage)
    except stripe.GatewayError as error:
        log.warning("reconciliation_stage_not_seen", stage=stage.value, error=str(error))
        run.not_seen = [*run.not_seen, stage.value]
        run.error = type(error).__name__
        run.done = before
        return
    kept = keep(stage, compared, scope, now=clock())
    run.seen = [*run.seen, stage.value]
    run.compared = run.compared | {stage.value: compared.count}
    run.found = run.found | Counter(found.kind.value for _, found in compared.found)
    if compared.unowned and scope.is_whole:
        run.found = run.found | {f"unknown_{stage.value}": len(compared.unowned)}
    run.opened += kept.opened
    run.gone += kept.gone
    run.done = before + compared.count
    run.save()


def _scope(run: ReconciliationRun) -> Scope:
    if run.only_id is None:
        return Scope(since=run.started_at - WINDOW)
    accounts = BillingAccount.objects.using(PIPELINE).filter(organization_id=run.only_id)
    customer_id = accounts.values_list("stripe_customer_id", flat=True).first()
    return Scope(organization_id=run.only_id, customer_id=customer_id or "")
