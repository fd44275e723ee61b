"""Stores the intent to settle: which lines, collected how, on terms or not.

`settling` carries an intent out; this module refuses what may not be settled and moves its state.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.domain import settlement as domain
from billing.domain.collection import Conditions, room_minor
from billing.hooks import SettlementMoved, on_settlement_moved
from billing.models import (
    BillingAccount,
    Contract,
    Invoice,
    Purchase,
    Settlement,
    SettlementLine,
    Subscription,
)
from billing.models.purchase import LONGEST_PO_NUMBER
from billing.selectors.credit import credit_use
from billing.selectors.terms import current_period, current_subscription
from billing.services.incidents import close_incidents_about
from seats.services.seats import lock_seat_pool

_State = Settlement.State
_Lines = Sequence[domain.Line]


class SettlementRefused(DomainError):
    """The lines contradict themselves, or take seats that are committed for the term."""

    code: ClassVar[str] = "settlement_refused"
    status: ClassVar[int] = 422


class SettlementConflict(DomainError):
    """The reference is settled, or being settled, with other lines."""

    code: ClassVar[str] = "settlement_conflict"


class SeatsHaveChanged(DomainError):
    """The lines were made for another number of purchased seats than there are now."""

    code: ClassVar[str] = "seats_have_changed"


class SeatsInMotion(DomainError):
    """A purchase or another settlement is under way; the seats are about to change."""

    code: ClassVar[str] = "seats_in_motion"


class OrderNumberMissing(DomainError):
    """The organization agreed that every invoice names a purchase order."""

    code: ClassVar[str] = "po_number_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "po_number"


def reserve_settlement(
    *,
    organization_id: int,
    reference: str,
    lines: _Lines,
    seats_from: int,
    actor: Actor,
    now: datetime,
    po_number: str = "",
) -> Settlement:
    """Store the intent to settle `lines` under a reference of the organization; return it.

    `seats_from` is the number of purchased seats for which the amounts were computed; amounts are
    net of tax, with every discount in them. The same lines again return the same settlement; one
    that is stopped, or whose invoice was voided, takes other lines and begins a new round. Nothing
    is asked of Stripe: that is `advance_settlement`, after the commit.

    Raises SettlementRefused, SettlementConflict, SeatsHaveChanged, SeatsInMotion,
    OrderNumberMissing, NoSubscription, RenewalUnderWay.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        known = Settlement.objects.filter(reference=reference).first()
        if known is not None and not _may_try_again(known):
            if known.domain_lines() == tuple(lines):
                return known
            raise SettlementConflict(
                _("%(reference)s is settled already, with other lines.") % {"reference": reference}
            )
        subscription = current_subscription(organization_id)
        _check(subscription, lines, seats_from, reference)
        terms = _collected(organization_id, subscription, lines, po_number, now)
        if known is not None:
            return _try_again(known, lines, seats_from, terms, actor, now)
        return _write(subscription, reference, lines, seats_from, terms, actor, now)


def _may_try_again(settlement: Settlement) -> bool:
    """Whether nothing of it can be paid any more: stopped, or its invoice is void."""
    if settlement.state == _State.FAILED:
        invoice = settlement.invoice
        return invoice is not None and invoice.status == Invoice.Status.VOID
    return settlement.state == _State.STOPPED


def _check(subscription: Subscription, lines: _Lines, seats_from: int, reference: str) -> None:
    organization_id = subscription.organization_id
    if (
        Purchase.objects.unfinished().filter(organization_id=organization_id).exists()
        or Settlement.objects.moving().exclude(reference=reference).exists()
    ):
        raise SeatsInMotion(
            _("The seats of this organization are changing right now. Please try again later.")
        )
    if subscription.purchased_seats != seats_from:
        raise SeatsHaveChanged(
            _(
                "%(now)s seats are purchased by now; the amounts were computed for %(then)s. "
                "Compute them again."
            )
            % {"now": subscription.purchased_seats, "then": seats_from},
            purchased=subscription.purchased_seats,
        )
    least = max(subscription.committed_baseline_seats, subscription.price.minimum_seats)
    try:
        domain.check_lines(lines, purchased_seats=seats_from, least_seats=least)
    except domain.ImpossibleSettlement as impossible:
        raise SettlementRefused(str(impossible), reason=impossible.code) from impossible


def _collected(
    organization_id: int, subscription: Subscription, lines: _Lines, po_number: str, now: datetime
) -> dict[str, Any]:
    """Return how the money comes, and what the invoice will amount to."""
    account = BillingAccount.objects.get(organization_id=organization_id)
    contract = Contract.objects.filter(organization_id=organization_id).first()
    if contract is not None and contract.applied_at is None:
        raise SeatsInMotion(_("The payment terms are being changed. Please try again in a minute."))
    if contract is not None and contract.needs_po_number and not (po_number or account.po_number):
        raise OrderNumberMissing(_("Enter the purchase order number that the invoice is to name."))
    conditions = contract.conditions() if contract is not None else Conditions()
    figures = domain.expected_invoice(
        lines,
        currency=subscription.price.currency,
        tax_basis_points=account.tax_rate_basis_points,
    )
    by_invoice = conditions.by_invoice or account.collection == BillingAccount.Collection.INVOICE
    return {
        "currency": figures.currency,
        "tax_basis_points": account.tax_rate_basis_points,
        "tax_minor": figures.tax_minor,
        "total_minor": figures.total_minor,
        "seats_delta": domain.seats_delta(lines),
        "term_ends_at": current_period(subscription, now).end,
        "collection": Purchase.Collection.INVOICE if by_invoice else Purchase.Collection.CARD,
        "net_days": conditions.net_days if by_invoice else 0,
        "has_terms": conditions.by_invoice
        and _is_within_terms(organization_id, conditions, figures.total_minor, now),
        "po_number": po_number.strip()[:LONGEST_PO_NUMBER],
    }


def _is_within_terms(
    organization_id: int, conditions: Conditions, total_minor: int, now: datetime
) -> bool:
    """Whether the seats may come before the money: the limit has room and nothing is overdue."""
    use = credit_use(organization_id, now)
    room = room_minor(conditions, open_minor=use.open_minor, noted_minor=use.noted_minor)
    return use.overdue is None and total_minor <= room


def _write(
    subscription: Subscription,
    reference: str,
    lines: _Lines,
    seats_from: int,
    terms: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> Settlement:
    settlement = Settlement.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        reference=reference,
        seats_from=seats_from,
        requested_by_id=actor.user_id,
        actor_label=actor.label[:200],
        created_at=now,
        **terms,
    )
    _write_lines(settlement, lines)
    _tell(settlement, actor, now, {"total_minor": settlement.total_minor})
    return settlement


def _write_lines(settlement: Settlement, lines: _Lines) -> None:
    figures = domain.expected_invoice(
        lines, currency=settlement.currency, tax_basis_points=settlement.tax_basis_points
    )
    settlement.lines.all().delete()
    SettlementLine.objects.bulk_create(
        SettlementLine(
            organization_id=settlement.organization_id,
            settlement=settlement,
            position=position,
            kind=line.kind.value,
            seats=line.seats,
            amount_minor=line.amount_minor,
            tax_minor=invoiced.tax_minor,
            description=line.description,
        )
        for position, (line, invoiced) in enumerate(zip(lines, figures.lines, strict=True))
    )


def _try_again(
    settlement: Settlement,
    lines: _Lines,
    seats_from: int,
    terms: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> Settlement:
    for name, value in terms.items():
        setattr(settlement, name, value)
    settlement.differences = []
    settlement.collect_asked_at = settlement.ended_at = None
    settlement.seats_from = seats_from
    settlement.state = domain.advance(domain.State(settlement.state), domain.Event.RETRIED).value
    settlement.save()
    _write_lines(settlement, lines)
    close_incidents_about(
        organization_id=settlement.organization_id,
        subject=settlement.key,
        note=_("Tried again"),
        actor=actor,
        now=now,
    )
    settlement.round += 1
    settlement.save(update_fields=["round"])
    _tell(settlement, actor, now, {"round": settlement.round})
    return settlement


def move(
    settlement: Settlement,
    event: domain.Event,
    now: datetime,
    *,
    changes: dict[str, object] | None = None,
    actor: Actor = SYSTEM,
) -> Settlement:
    """Take one arrow of the state machine under the row's lock; write the history.

    The seat pool comes first, because whoever is told of the move may lock it.
    """
    with organization_context(settlement.organization_id):
        lock_seat_pool(organization_id=settlement.organization_id)
        locked = Settlement.objects.select_for_update(of=("self",)).get(pk=settlement.pk)
        before = domain.State(locked.state)
        if before is not domain.State(settlement.state):
            # Somebody else took a step meanwhile; the next look decides on what is stored now.
            return read(settlement.organization_id, settlement.pk)
        after = domain.advance(before, event)
        locked.state = after.value
        _assign(locked, now, changes)
        if after is not before:
            _tell(locked, actor, now, {"from": before.value})
        return read(settlement.organization_id, settlement.pk)


def note(
    settlement: Settlement, now: datetime, changes: dict[str, object] | None = None
) -> Settlement:
    """Write that it was looked at, and what was learned, without another state."""
    with organization_context(settlement.organization_id):
        locked = Settlement.objects.select_for_update(of=("self",)).get(pk=settlement.pk)
        _assign(locked, now, changes)
    return read(settlement.organization_id, settlement.pk)


def _assign(locked: Settlement, now: datetime, changes: dict[str, object] | None) -> None:
    locked.checked_at = now
    locked.attempts += 1
    for name, value in (changes or {}).items():
        setattr(locked, name, value)
    locked.save()


def _tell(settlement: Settlement, actor: Actor, now: datetime, changes: dict[str, object]) -> None:
    record(
        actor=actor,
        verb=f"settlement_{settlement.state}",
        subject=settlement,
        organization_id=settlement.organization_id,
        now=now,
        changes=changes,
    )
    on_settlement_moved(as_moved(settlement, actor, now))


def as_moved(settlement: Settlement, actor: Actor, now: datetime) -> SettlementMoved:
    """Return what the apps above are told of a settlement as it stands."""
    return SettlementMoved(
        organization_id=settlement.organization_id,
        settlement_id=settlement.pk,
        reference=settlement.reference,
        state=settlement.state,
        actor=actor,
        at=now,
    )


def read(organization_id: int, settlement_id: UUID) -> Settlement:
    """Return a settlement as it is stored now, with its lines."""
    with organization_context(organization_id):
        return (
            Settlement.objects.select_related("subscription__price", "invoice")
            .prefetch_related("lines")
            .get(pk=settlement_id)
        )
