"""Follows up invoices that are not paid: cases, reminders, restriction, end, and the way back.

A case is opened and closed from the mirror of its invoice, by the webhook and by the job; both may
run twice or at once, because a case is unique per invoice and a step per case. What is sent or
restricted is written in the same transaction as its notice; ending a subscription is an intent
(`end_asked_at`) that is committed before Stripe is called.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Q

from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.domain import dunning
from billing.domain.dunning import End, StepKind
from billing.gateways import stripe
from billing.models import DunningCase, DunningNotice, Invoice, Subscription
from billing.models.subscription import ENDED_STATUSES
from billing.selectors.dunning import policy_in_force
from billing.services.dunning_mails import send_notice
from billing.services.kept_drafts import finish_drafts
from billing.services.periods import sync_subscription
from seats.services.seats import hold_seats, lock_seat_pool

log = structlog.get_logger(__name__)

_BATCH = 500
_Stage = DunningCase.Stage
_Outcome = DunningCase.Outcome
# The invoice of a change by card waits with its change, and is voided with it; the first invoice of
# a subscription ends with the subscription. Neither is dunned.
_NOT_DUNNED = ("subscription_update", "subscription_create")
RECOVERED, STRIPE_ENDED = "recovered", "stripe_ended"


def follow_invoice(*, organization_id: int, invoice_id: int, now: datetime) -> DunningCase | None:
    """Open or close the case of an invoice as its mirror says; doing it again changes nothing."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice_id)
        case = DunningCase.objects.select_for_update().filter(invoice=invoice).first()
        if case is None:
            return _open(invoice, now) if is_overdue(invoice, now) else None
        if case.closed_at is None and invoice.status != Invoice.Status.OPEN:
            paid = invoice.status == Invoice.Status.PAID
            _close(case, _Outcome.PAID if paid else _Outcome.GIVEN_UP, now)
    collect_again(organization_id=organization_id, case_id=case.pk, now=now)
    return case


def is_overdue(invoice: Invoice, now: datetime) -> bool:
    """Tell whether an invoice should have been paid: its day is over, or the card was refused."""
    if invoice.status != Invoice.Status.OPEN or invoice.amount_remaining_minor <= 0:
        return False
    if invoice.is_sent:
        return invoice.due_at is not None and invoice.due_at <= now
    return invoice.attempts > 0 and invoice.billing_reason not in _NOT_DUNNED


def _open(invoice: Invoice, now: datetime) -> DunningCase:
    policy = policy_in_force()
    since = invoice.due_at if invoice.is_sent else invoice.finalized_at
    case = DunningCase.objects.create(
        organization_id=invoice.organization_id,
        invoice=invoice,
        subscription_id=invoice.subscription_id,
        overdue_since=since or invoice.issued_at,
        opened_at=now,
        reminder_days=list(policy.reminder_days),
        restrict_after_days=policy.restrict_after_days,
        end_after_days=policy.end_after_days,
        end=policy.end.value,
        next_step_at=now,
    )
    _record(case, "dunning_opened", now)
    return case


def _close(case: DunningCase, outcome: str, now: datetime) -> None:
    case.outcome = outcome
    case.closed_at = now
    case.next_step_at = None
    case.save(update_fields=["outcome", "closed_at", "next_step_at"])
    _record(case, "dunning_closed", now)
    _settle_hold(case.organization_id, now)
    was_told = case.notices.filter(is_skipped=False).exists()
    if outcome == _Outcome.PAID and was_told:
        _take(case, RECOVERED, now)


def _settle_hold(organization_id: int, now: datetime) -> None:
    """Hold the seats while any case restricts, and no longer."""
    restricting = DunningCase.objects.filter(
        organization_id=organization_id,
        closed_at__isnull=True,
        stage__in=[_Stage.RESTRICTED, _Stage.ENDED],
    ).exists()
    hold_seats(organization_id=organization_id, is_held=restricting, actor=SYSTEM, now=now)


def timeline_of(case: DunningCase, zone: ZoneInfo) -> tuple[dunning.Step, ...]:
    """Return every step of a case in order of time, those taken with their own."""
    return dunning.timeline(
        case.policy(),
        case.overdue_since,
        zone,
        held_days=case.held_days,
        taken={notice.step: notice.at for notice in case.notices.all()},
    )


def take_steps(*, organization_id: int, case_id: int, now: datetime) -> int:
    """Do what is due in a case; return how many steps were taken. Ends at Stripe afterwards."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        case = DunningCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        if case.closed_at is not None or case.invoice.status != Invoice.Status.OPEN:
            return 0
        if case.subscription and case.subscription.status in ENDED_STATUSES:
            _ended_by_stripe(case, now)
            return 0
        zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
        taken = 0
        # A restriction plans the end anew, so the steps are read again after each.
        while found := _due(case, zone, now):
            for step in found.skipped:
                _take(case, step.name, now, is_skipped=True)
            for step in found.steps:
                _do(case, step, now)
                taken += 1
        names = _taken(case)
        following = dunning.next_step(timeline_of(case, zone), taken=names)
        case.next_step_at = following.at if following else None
        if case.next_step_at and case.paused_until:
            case.next_step_at = max(case.next_step_at, case.paused_until)
        case.save(update_fields=["next_step_at"])
    finish_end(organization_id=organization_id, case_id=case_id, now=now)
    return taken


def _taken(case: DunningCase) -> frozenset[str]:
    return frozenset(notice.step for notice in case.notices.all())


def _due(case: DunningCase, zone: ZoneInfo, now: datetime) -> dunning.Due | None:
    if case.end_asked_at is not None:
        return None
    found = dunning.due(
        timeline_of(case, zone), now, taken=_taken(case), paused_until=case.paused_until
    )
    return found if found.steps or found.skipped else None


def _do(case: DunningCase, step: dunning.Step, now: datetime) -> None:
    match step.kind:
        case StepKind.REMINDER:
            _record(case, "dunning_reminded", now)
        case StepKind.RESTRICT:
            case.stage, case.restricted_at = _Stage.RESTRICTED, now
            case.save(update_fields=["stage", "restricted_at"])
            _record(case, "dunning_restricted", now)
            _settle_hold(case.organization_id, now)
        case StepKind.END:
            case.end_asked_at = now
            case.save(update_fields=["end_asked_at"])
            _record(case, "dunning_end_asked", now)
    _take(case, step.name, now)


def _take(case: DunningCase, step: str, now: datetime, *, is_skipped: bool = False) -> None:
    """Write that a step was taken, and send its mail; the database refuses it a second time."""
    notice = DunningNotice.objects.create(
        organization_id=case.organization_id, case=case, step=step, at=now, is_skipped=is_skipped
    )
    if not is_skipped:
        notice.recipients = send_notice(notice, case)
        notice.save(update_fields=["recipients"])


def finish_end(*, organization_id: int, case_id: int, now: datetime) -> None:
    """Carry out the end that a case asked for; safe to repeat after a crash."""
    with organization_context(organization_id):
        case = DunningCase.objects.select_related("subscription", "invoice").get(pk=case_id)
        subscription = case.subscription
    if case.end_asked_at is None or case.ended_at is not None or case.closed_at is not None:
        return
    if subscription is not None and subscription.status not in ENDED_STATUSES:
        key = f"dunning-{case.pk}-end"
        try:
            if case.end == End.CANCELED:
                stripe.cancel_subscription(
                    subscription_id=subscription.stripe_subscription_id, idempotency_key=key
                )
            elif case.end == End.UNPAID:
                with organization_context(organization_id):
                    DunningCase.objects.filter(pk=case.pk).update(collects_again=False)
                stripe.stop_collecting(
                    subscription_id=subscription.stripe_subscription_id, idempotency_key=key
                )
        except stripe.NotAtStripe:
            # Stripe's own rule ended it first.
            log.info("subscription_ended_already", case=case.pk)
        sync_subscription(
            organization_id=organization_id,
            stripe_subscription_id=subscription.stripe_subscription_id,
            now=now,
        )
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        case = DunningCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        if case.ended_at is None:
            _mark_ended(case, now)


def collect_again(*, organization_id: int, case_id: int, now: datetime) -> None:
    """Have Stripe charge coming invoices again once the case that stopped it is closed.

    What it drew up meanwhile and kept is finalized or voided (`domain.kept_drafts`).
    """
    with organization_context(organization_id):
        case = DunningCase.objects.select_related("subscription").get(pk=case_id)
        subscription = case.subscription
    if case.closed_at is None or case.collects_again:
        return
    if subscription is not None and subscription.status not in ENDED_STATUSES:
        try:
            stripe.collect_again(
                subscription_id=subscription.stripe_subscription_id,
                idempotency_key=f"dunning-{case.pk}-again",
            )
            finish_drafts(subscription=subscription, since=case.overdue_since, now=now)
        except stripe.GatewayError:
            log.exception("not_collecting_again", case=case.pk)
            return
    with organization_context(organization_id):
        DunningCase.objects.filter(pk=case_id).update(collects_again=True)


def _mark_ended(case: DunningCase, now: datetime) -> None:
    case.stage, case.ended_at, case.next_step_at = _Stage.ENDED, now, None
    case.save(update_fields=["stage", "ended_at", "next_step_at"])
    _record(case, "dunning_ended", now)
    _settle_hold(case.organization_id, now)
    if case.end == End.CANCELED and case.closed_at is None:
        _close(case, _Outcome.SUBSCRIPTION_ENDED, now)


def _ended_by_stripe(case: DunningCase, now: datetime) -> None:
    """Stripe's own rule canceled the subscription before ours was due: follow it."""
    case.end = End.CANCELED.value
    case.save(update_fields=["end"])
    _take(case, STRIPE_ENDED, now)
    _mark_ended(case, now)


def follow_subscription(*, organization_id: int, now: datetime) -> None:
    """Bring the open cases in line with a status that Stripe decided on: canceled or unpaid."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        cases = DunningCase.objects.select_for_update(of=("self",)).filter(
            closed_at__isnull=True, ended_at__isnull=True, subscription__isnull=False
        )
        for case in cases.select_related("subscription"):
            status = case.subscription.status if case.subscription else ""
            if status in ENDED_STATUSES:
                _ended_by_stripe(case, now)
            elif status == Subscription.Status.UNPAID:
                case.end = End.UNPAID.value
                case.restricted_at = case.restricted_at or now
                # Stripe keeps the invoices of an unpaid subscription as drafts from now on.
                case.collects_again = False
                case.save(update_fields=["end", "restricted_at", "collects_again"])
                _take(case, STRIPE_ENDED, now)
                _mark_ended(case, now)


def run_dunning(*, now: datetime) -> int:
    """Open, advance, end and close cases over all organizations; return how many were touched."""
    invoices = Invoice.objects.using("pipeline")
    overdue = (
        invoices.filter(status=Invoice.Status.OPEN, dunning_cases__isnull=True)
        .filter(amount_remaining_minor__gt=0)
        .filter(
            Q(is_sent=True, due_at__lte=now)
            | (Q(is_sent=False, attempts__gt=0) & ~Q(billing_reason__in=_NOT_DUNNED))
        )
    )
    settled = invoices.filter(
        dunning_cases__closed_at__isnull=True, dunning_cases__pk__gt=0
    ).exclude(status=Invoice.Status.OPEN)
    touched = 0
    for organization_id, invoice_id in [
        *overdue.values_list("organization_id", "pk")[:_BATCH],
        *settled.values_list("organization_id", "pk")[:_BATCH],
    ]:
        touched += _safely(
            follow_invoice, organization_id=organization_id, invoice_id=invoice_id, now=now
        )
    cases = DunningCase.objects.using("pipeline").filter(closed_at__isnull=True)
    for organization_id, case_id in cases.filter(
        Q(next_step_at__lte=now) | Q(end_asked_at__isnull=False, ended_at__isnull=True)
    ).values_list("organization_id", "pk")[:_BATCH]:
        touched += _safely(take_steps, organization_id=organization_id, case_id=case_id, now=now)
    stopped = DunningCase.objects.using("pipeline").filter(
        closed_at__isnull=False, collects_again=False
    )
    for organization_id, case_id in stopped.values_list("organization_id", "pk")[:_BATCH]:
        touched += _safely(collect_again, organization_id=organization_id, case_id=case_id, now=now)
    return touched


def _safely(do: object, **given: object) -> int:
    try:
        do(**given)  # type: ignore[operator]
    except Exception:
        # One case that cannot go on must not hold up the others.
        log.exception("dunning_failed", **{key: str(value) for key, value in given.items()})
    return 1


def _record(case: DunningCase, verb: str, now: datetime, actor: Actor = SYSTEM) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=case,
        organization_id=case.organization_id,
        now=now,
        changes={"stage": case.stage},
    )
