"""Carries out the repair that a person confirmed, after looking whether it is still needed.

    reserve   under the row's lock: still open, the repair fits, the reason is there
    look      ask Stripe for both sides as they are now; nothing happens if they changed meanwhile
    act       what is changed at Stripe carries the row's key, so it is changed once
    finish    under the locks of seat pool and row: compare our side again, write, record

Between two steps the process may die: the difference is still open then, and the same confirmation
goes on with the same key. A repair that was finished is returned, not repeated.
"""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.ledger import Cause, ImpossibleEntry
from billing.domain.reconciliation import STAGE_OF, Found, Kind, Stage
from billing.domain.repairs import Repair, suggest
from billing.gateways import stripe
from billing.models import Difference, Purchase, Subscription, VendorLimits
from billing.selectors.sides import has_unexplained_payment, unexplained_invoices
from billing.services.four_eyes import check_second_person
from billing.services.ledger import append_entry
from billing.services.mirror import mirror_invoice, refresh_customer
from billing.services.periods import sync_subscription
from billing.services.reconciliation.comparing import look_at
from billing.services.reconciliation.keeping import LASTING, end_as_gone, see_again
from seats.services.seats import change_purchased_seats, lock_seat_pool


class RepairNotPossible(DomainError):
    """The repair does not fit the difference, or something has to end first. Nothing was done."""

    code: ClassVar[str] = "repair_not_possible"


class ReasonMissing(DomainError):
    """Every repair is written down with its reason."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "note"


class DifferenceChanged(DomainError):
    """Both sides read otherwise than when the person decided. Nothing was done."""

    code: ClassVar[str] = "difference_changed"


def repair_difference(
    *,
    organization_id: int,
    difference_id: int,
    repair: Repair,
    note: str,
    actor: Actor,
    now: datetime,
) -> Difference:
    """Repair a difference, or propose to where two people are needed; return it as it is then.

    A difference that is over is returned unchanged; one that both sides agree on by now is gone.
    Must not run inside a transaction. Raises ReasonMissing, RepairNotPossible, DifferenceChanged,
    SecondPersonNeeded, Difference.DoesNotExist, and the gateway's errors when Stripe does not
    answer.
    """
    difference, goes_on = _reserve(organization_id, difference_id, repair, note, actor, now)
    if not goes_on:
        return difference
    found = look_at(organization_id, Kind(difference.kind), difference.subject)
    if found is None:
        return _gone(difference, now)
    if (found.ours, found.theirs) != (difference.ours, difference.theirs):
        _note_change(difference, found, now)
        raise DifferenceChanged(
            _("It has changed since you looked: the figures below are those of now.")
        )
    match repair:
        case Repair.ACCEPT:
            return _finish(difference, actor, now, state=Difference.State.ACCEPTED)
        case Repair.CORRECT_LEDGER:
            return _correct_ledger(difference, actor, now)
        case Repair.SET_POOL:
            return _set_pool(difference, actor, now)
        case Repair.SET_QUANTITY:
            _set_quantity(difference)
        case Repair.MIRROR_AGAIN | Repair.IMPORT_INVOICE:
            _mirror_again(difference, now)
    return _finish_if_gone(difference, actor, now)


def look_again_at(*, organization_id: int, difference_id: int, now: datetime) -> Difference:
    """Ask Stripe whether a difference is still there, and write the answer."""
    with organization_context(organization_id):
        difference = Difference.objects.get(pk=difference_id)
    if difference.is_over:
        return difference
    found = look_at(organization_id, Kind(difference.kind), difference.subject)
    return _gone(difference, now) if found is None else _note_change(difference, found, now)


def _reserve(
    organization_id: int,
    difference_id: int,
    repair: Repair,
    note: str,
    actor: Actor,
    now: datetime,
) -> tuple[Difference, bool]:
    """Store what is wanted and why; return the row and whether it may be carried out now."""
    if not note.strip():
        raise ReasonMissing(_("Say why, so that others can follow it later."))
    with organization_context(organization_id, user_id=actor.user_id):
        row = Difference.objects.select_for_update().get(pk=difference_id)
        if row.state not in LASTING or (
            row.state == Difference.State.ACCEPTED and repair is Repair.ACCEPT
        ):
            return row, False
        is_paid = has_unexplained_payment(organization_id, row.subject)
        if not suggest(row.as_found(), has_unexplained_payment=is_paid).allows(repair):
            raise RepairNotPossible(_("This repair does not fit the difference."))
        is_moving = Purchase.objects.unfinished().filter(organization_id=organization_id)
        if repair is not Repair.ACCEPT and is_moving.exists():
            raise RepairNotPossible(
                _("A purchase of this organization is under way. Try again when it has ended.")
            )
        if VendorLimits.objects.filter(repairs_need_two=True).exists():
            if row.proposed_by_id is None or row.repair != repair.value:
                return _propose(row, repair, note, actor, now), False
            check_second_person(actor=actor, first=row.proposed_by_id)
        row.repair, row.note = repair.value, note.strip()[:500]
        row.save(update_fields=["repair", "note"])
        return row, True


def _propose(row: Difference, repair: Repair, note: str, actor: Actor, now: datetime) -> Difference:
    row.repair, row.note = repair.value, note.strip()[:500]
    row.proposed_by_id, row.proposed_at = actor.user_id, now
    row.save()
    record(
        actor=actor,
        verb="repair_proposed",
        subject=row,
        organization_id=row.organization_id,
        now=now,
        changes={"note": row.note},
    )
    return row


def _mirror_again(difference: Difference, now: datetime) -> None:
    """Ask Stripe for the object and write what it says."""
    organization_id = difference.organization_id
    match STAGE_OF[Kind(difference.kind)]:
        case Stage.CUSTOMERS:
            refresh_customer(organization_id=organization_id, now=now)
        case Stage.SUBSCRIPTIONS:
            sync_subscription(
                organization_id=organization_id,
                stripe_subscription_id=difference.subject,
                now=now,
            )
        case _:
            mirror_invoice(
                organization_id=organization_id,
                state=stripe.retrieve_invoice(difference.subject),
                now=now,
                is_correction=True,
            )


def _set_quantity(difference: Difference) -> None:
    """Give Stripe the ledger's seats: absolute, without a charge or a credit."""
    with organization_context(difference.organization_id):
        subscription = Subscription.objects.get(stripe_subscription_id=difference.subject)
    stripe.correct_quantity(
        item_id=subscription.stripe_item_id,
        quantity=subscription.purchased_seats,
        idempotency_key=(
            f"repair-{difference.repair_key}-{difference.theirs}-{subscription.purchased_seats}"
        ),
    )


def _correct_ledger(difference: Difference, actor: Actor, now: datetime) -> Difference:
    """Write the entry that takes the ledger to Stripe's seats, with the invoice that paid it."""
    organization_id = difference.organization_id
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        row = Difference.objects.select_for_update().get(pk=difference.pk)
        if row.state not in LASTING:
            return row
        subscription = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("price")
            .get(stripe_subscription_id=row.subject)
        )
        if str(subscription.purchased_seats) != row.ours:
            raise DifferenceChanged(_("The ledger has changed since you looked. Look again."))
        invoice = unexplained_invoices(organization_id, row.subject).first()
        try:
            entry = append_entry(
                subscription=subscription,
                cause=Cause.CORRECTION,
                seats_delta=int(row.theirs) - subscription.purchased_seats,
                effective_at=now,
                actor=actor,
                now=now,
                amount_minor=invoice.total_minor if invoice else 0,
                currency=subscription.price.currency,
                invoice=invoice,
                note=row.note[:300],
            )
        except ImpossibleEntry as impossible:
            raise RepairNotPossible(
                _("The ledger cannot take this correction: a planned decrease is in its way.")
            ) from impossible
        change_purchased_seats(
            organization_id=organization_id, seats_after=entry.seats_after, actor=actor, now=now
        )
        return _end(row, actor, now, Difference.State.REPAIRED)


def _set_pool(difference: Difference, actor: Actor, now: datetime) -> Difference:
    organization_id = difference.organization_id
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        row = Difference.objects.select_for_update().get(pk=difference.pk)
        if row.state not in LASTING:
            return row
        subscription = Subscription.objects.current().get(organization_id=organization_id)
        change_purchased_seats(
            organization_id=organization_id,
            seats_after=subscription.purchased_seats,
            actor=actor,
            now=now,
        )
        return _end(row, actor, now, Difference.State.REPAIRED)


def _finish_if_gone(difference: Difference, actor: Actor, now: datetime) -> Difference:
    """End what both sides agree on after the repair; leave open what it did not change."""
    found = look_at(difference.organization_id, Kind(difference.kind), difference.subject)
    if found is None:
        return _finish(difference, actor, now, state=Difference.State.REPAIRED)
    _note_change(difference, found, now)
    raise RepairNotPossible(
        _("The repair was made, but both sides still differ. Look at the figures below.")
    )


def _finish(
    difference: Difference, actor: Actor, now: datetime, *, state: Difference.State
) -> Difference:
    with organization_context(difference.organization_id, user_id=actor.user_id):
        row = Difference.objects.select_for_update().get(pk=difference.pk)
        return _end(row, actor, now, state) if row.state in LASTING else row


def _end(row: Difference, actor: Actor, now: datetime, state: Difference.State) -> Difference:
    row.state, row.ended_at, row.ended_by_id = state, now, actor.user_id
    row.save()
    record(
        actor=actor,
        verb=f"difference_{state.value}",
        subject=row,
        organization_id=row.organization_id,
        now=now,
        changes={"repair": row.repair, "note": row.note, "ours": row.ours, "theirs": row.theirs},
    )
    return row


def _gone(difference: Difference, now: datetime) -> Difference:
    with organization_context(difference.organization_id):
        row = Difference.objects.select_for_update().get(pk=difference.pk)
        if row.state in LASTING:
            end_as_gone(row, now)
        return row


def _note_change(difference: Difference, found: Found, now: datetime) -> Difference:
    with organization_context(difference.organization_id):
        row = Difference.objects.select_for_update().get(pk=difference.pk)
        if row.state in LASTING:
            see_again(row, found, now)
        return row
