"""Plans for the renewal: fewer or more seats, another price, the end; and taking them back.

Each plan is a row with the ledger entry that belongs to it, written under the seat pool's lock.
Stripe is told afterwards (`renewal_plan`); the renewal itself is `periods`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.changes import ChangeRefused, Holding, NothingChanges, check_change_at_renewal
from billing.domain.pricing import QuantityNotAllowed
from billing.models import Price, ScheduledChange, Subscription
from billing.selectors.plans import planned_changes
from billing.selectors.refusals import refusal_sentence
from billing.selectors.terms import current_period, current_subscription
from billing.services.consent import check_consent, order_of_renewal
from billing.services.plans import end_plans, plan_in_ledger, supersede, write_plan
from billing.services.renewal_plan import bump_plan, tell_stripe
from seats.services.seats import lock_seat_pool

_Kind, _State = ScheduledChange.Kind, ScheduledChange.State
_PLANNABLE = (
    Subscription.Status.ACTIVE,
    Subscription.Status.TRIALING,
    Subscription.Status.PAST_DUE,
)


class ChangeNotPossible(DomainError):
    """The renewal cannot bring this; the sentence says why and what would do."""

    code: ClassVar[str] = "change_not_possible"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "quantity"


class PriceNotPossible(ChangeNotPossible):
    """The renewal cannot bring this price."""

    code: ClassVar[str] = "price_not_possible"
    field: ClassVar[str] = "price"


class NotPlannable(DomainError):
    """The subscription is not in a state in which its renewal could be planned."""

    code: ClassVar[str] = "not_plannable"


class SubscriptionIsEnding(DomainError):
    """The subscription ends with its period, so nothing else can be planned for its renewal."""

    code: ClassVar[str] = "subscription_is_ending"


class NothingToUndo(DomainError):
    """The change is not planned any more: it happened, or somebody took it back."""

    code: ClassVar[str] = "nothing_to_undo"


class ChangeNotFound(DomainError):
    """The organization has no such scheduled change."""

    code: ClassVar[str] = "change_not_found"
    status: ClassVar[int] = 404


def schedule_seats(
    *, organization_id: int, seats: int, actor: Actor, now: datetime, reason: str = ""
) -> ScheduledChange:
    """Plan `seats` for the renewal, fewer or more than today; a plan there is is replaced.

    More seats are granted when the renewal with them is paid. Raises ChangeNotPossible,
    ApprovalNeeded, SubscriptionIsEnding and what `current_terms` raises. Must not run inside a
    transaction.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        subscription, assigned = _lock(organization_id)
        plans = _open_plans(subscription, now)
        before = _renewing(subscription, plans)
        _check(before, replace(before, quantity=seats), assigned)
        if seats == subscription.next_term_seats:
            raise ChangeNotPossible(refusal_sentence(NothingChanges()))
        if seats == subscription.purchased_seats:
            raise ChangeNotPossible(
                _("These are the seats of today. Undo the planned change instead.")
            )
        _ask_consent(subscription, replace(before, quantity=seats), None, now)
        supersede(_of_kind(plans, _Kind.SEATS), actor, now)
        for priced in _of_kind(plans, _Kind.PRICE):
            # The price stays planned; its seats are the ones of this plan now.
            priced.quantity_to = None
            priced.save(update_fields=["quantity_to"])
        change = write_plan(
            subscription,
            _Kind.SEATS,
            actor=actor,
            now=now,
            reason=reason,
            quantity_to=seats,
            effective_at=current_period(subscription, now).end,
        )
        plan_in_ledger(subscription, seats, change, actor, now)
        bump_plan(subscription)
    tell_stripe(organization_id=organization_id, now=now)
    return change


def schedule_price_change(
    *,
    organization_id: int,
    price: Price,
    actor: Actor,
    now: datetime,
    seats: int | None = None,
    reason: str = "",
    is_vendors_move: bool = False,
) -> ScheduledChange:
    """Plan another price for the renewal: another interval, plan or version.

    Without `seats` the renewal brings the seats that it would bring anyway. A move by the vendor
    to another version of the price is no purchase, so it asks for no approval. Raises
    ApprovalNeeded, ChangeNotPossible, SubscriptionIsEnding and what `current_terms` raises. Must
    not run inside a transaction.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        subscription, assigned = _lock(organization_id)
        plans = _open_plans(subscription, now)
        if price.published_at is None or price.retired_at is not None:
            raise PriceNotPossible(_("This price is not on sale any more."))
        if price.pk == subscription.price_id:
            raise PriceNotPossible(_("This is the price of today."))
        before = _renewing(subscription, plans)
        wanted = subscription.next_term_seats if seats is None else seats
        after = Holding(price.table(), price.billing_interval, wanted)
        _check(before, after, assigned)
        if not is_vendors_move:
            _ask_consent(subscription, after, price, now)
        names_seats = wanted != subscription.next_term_seats
        if names_seats:
            supersede(_of_kind(plans, _Kind.SEATS), actor, now)
        supersede(_of_kind(plans, _Kind.PRICE), actor, now)
        change = write_plan(
            subscription,
            _Kind.PRICE,
            actor=actor,
            now=now,
            reason=reason,
            price_to=price,
            quantity_to=wanted if names_seats else None,
            effective_at=current_period(subscription, now).end,
        )
        if names_seats:
            plan_in_ledger(subscription, wanted, change, actor, now)
        bump_plan(subscription)
    tell_stripe(organization_id=organization_id, now=now)
    return change


def schedule_cancellation(
    *, organization_id: int, actor: Actor, now: datetime, reason: str = ""
) -> ScheduledChange:
    """Plan the end of the subscription with its period; what else was planned is replaced.

    Planning it twice returns the plan there is. Must not run inside a transaction.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        subscription, _assigned = _lock(organization_id)
        ends_at = current_period(subscription, now).end
        plans = planned_changes(subscription)
        known = _of_kind(plans, _Kind.CANCELLATION)
        if known:
            return known[0]
        supersede(plans, actor, now)
        change = write_plan(
            subscription,
            _Kind.CANCELLATION,
            actor=actor,
            now=now,
            reason=reason,
            effective_at=ends_at,
        )
        if subscription.next_term_seats != subscription.purchased_seats:
            plan_in_ledger(subscription, subscription.purchased_seats, change, actor, now)
        bump_plan(subscription)
    tell_stripe(organization_id=organization_id, now=now)
    return change


def undo_scheduled_change(
    *, organization_id: int, change_id: UUID, actor: Actor, now: datetime
) -> ScheduledChange:
    """Take a plan back before its renewal: the renewal is as it was before the plan.

    Raises ChangeNotFound, NothingToUndo. Must not run inside a transaction.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        change = (
            ScheduledChange.objects.select_for_update()
            .filter(organization_id=organization_id, pk=change_id)
            .first()
        )
        if change is None:
            raise ChangeNotFound(_("There is no such planned change."))
        if change.state != _State.PLANNED or change.effective_at <= now:
            raise NothingToUndo(
                _("This change is not planned any more, so there is nothing to undo.")
            )
        subscription = Subscription.objects.select_for_update().get(pk=change.subscription_id)
        end_plans(changes=[change], state=_State.UNDONE, actor=actor, now=now)
        if change.quantity_to is not None:
            plan_in_ledger(subscription, subscription.purchased_seats, change, actor, now)
        bump_plan(subscription)
    tell_stripe(organization_id=organization_id, now=now)
    return change


def reactivate(*, organization_id: int, actor: Actor, now: datetime) -> ScheduledChange:
    """Take a planned end back; raises NothingToUndo when none is planned."""
    with organization_context(organization_id, user_id=actor.user_id):
        change = (
            ScheduledChange.objects.planned()
            .filter(organization_id=organization_id, kind=_Kind.CANCELLATION)
            .first()
        )
    if change is None:
        raise NothingToUndo(_("The subscription goes on already."))
    return undo_scheduled_change(
        organization_id=organization_id, change_id=change.pk, actor=actor, now=now
    )


def _lock(organization_id: int) -> tuple[Subscription, int]:
    """Lock what decides about the renewal; return the subscription and the assigned seats."""
    pool = lock_seat_pool(organization_id=organization_id)
    subscription = current_subscription(organization_id)
    if subscription.status not in _PLANNABLE:
        raise NotPlannable(
            _("The subscription is not active, so nothing can be planned for its renewal."),
            subscription_status=subscription.status,
        )
    Subscription.objects.select_for_update().filter(pk=subscription.pk).get()
    return subscription, pool.assigned_seats


def _open_plans(subscription: Subscription, now: datetime) -> list[ScheduledChange]:
    """Return what is planned; raises SubscriptionIsEnding, RenewalUnderWay."""
    current_period(subscription, now)
    plans = planned_changes(subscription)
    if _of_kind(plans, _Kind.CANCELLATION):
        raise SubscriptionIsEnding(
            _("The subscription ends with this period. Reactivate it before planning anything.")
        )
    return plans


def _of_kind(plans: Iterable[ScheduledChange], kind: str) -> list[ScheduledChange]:
    return [change for change in plans if change.kind == kind]


def _renewing(subscription: Subscription, plans: list[ScheduledChange]) -> Holding:
    """Return what the renewal brings as things are planned."""
    price = next((c.price_to for c in plans if c.price_to is not None), subscription.price)
    return Holding(price.table(), price.billing_interval, subscription.next_term_seats)


def _ask_consent(
    subscription: Subscription, after: Holding, price: Price | None, now: datetime
) -> None:
    """What counts is the growth over today: a plan that follows a plan does not begin at zero."""
    check_consent(order_of_renewal(subscription=subscription, after=after, price=price, now=now))


def _check(before: Holding, after: Holding, assigned: int) -> None:
    try:
        check_change_at_renewal(before, after, assigned_seats=assigned)
    except (ChangeRefused, QuantityNotAllowed) as refusal:
        raise ChangeNotPossible(refusal_sentence(refusal)) from refusal
