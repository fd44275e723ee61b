"""Starts subscriptions: customer, card and subscription at Stripe, the first ledger entry here."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership, Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.domain.pricing import QuantityNotAllowed, check_quantity
from billing.gateways import stripe
from billing.models import BillingAccount, Contract, Price, Subscription, SubscriptionPeriod
from billing.selectors.minimums import table_for
from billing.selectors.refusals import refusal_sentence
from billing.services.catalog import ensure_price_at_stripe, ensure_tax_rate_at_stripe
from billing.services.ledger import append_entry
from billing.services.mirror import mirror_customer, mirror_invoice
from billing.services.renewing import as_range
from seats.services.limits import begin_with_default_limit
from seats.services.seats import change_purchased_seats, lock_seat_pool

_DAYS_WITHOUT_A_CONTRACT = 30


class AlreadySubscribed(DomainError):
    """The organization has a subscription; seats are added to it instead."""

    code: ClassVar[str] = "already_subscribed"


class NotOnSale(DomainError):
    """The price is retired or was never published, or does not sell this number of seats."""

    code: ClassVar[str] = "not_on_sale"
    status: ClassVar[int] = 422


class CardRefused(DomainError):
    """The bank refused the card; nothing was charged and no subscription made."""

    code: ClassVar[str] = "card_refused"
    field: ClassVar[str] = "payment_method"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays. `country` is an ISO 3166 code of two letters."""

    name: str
    email: str
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    def address(self) -> dict[str, str]:
        """Return the address in Stripe's names, without empty parts."""
        return {
            "line1": self.line1,
            "line2": self.line2,
            "postal_code": self.postal_code,
            "city": self.city,
            "country": self.country,
        }


def start_subscription(
    *,
    organization_id: int,
    price: Price,
    seats: int,
    payer: Payer,
    actor: Actor,
    now: datetime,
    payment_method_id: str = "",
    by_invoice: bool = False,
    tax_rate_basis_points: int = 0,
    test_clock_id: str = "",
) -> Subscription:
    """Start a subscription of `seats` seats and grant them once the first invoice is paid.

    With `by_invoice` the seats are granted at once and the invoice is sent. After a crash, calling
    it again goes on where it stopped and charges nothing twice. Must not run inside a transaction.

    Raises AlreadySubscribed, NotOnSale, CardRefused, and `stripe.GatewayError` when Stripe does
    not answer.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        table = table_for(organization_id, price, now)
    try:
        check_quantity(table, seats)
    except QuantityNotAllowed as refusal:
        raise NotOnSale(refusal_sentence(refusal)) from refusal
    subscription = _reserve(
        organization_id=organization_id,
        price=price,
        seats=seats,
        payer=payer,
        by_invoice=by_invoice,
        tax_rate_basis_points=tax_rate_basis_points,
        now=now,
    )
    customer_id = ensure_customer(
        organization_id=organization_id, now=now, test_clock_id=test_clock_id
    )
    try:
        if payment_method_id:
            use_card(
                organization_id=organization_id,
                customer_id=customer_id,
                payment_method_id=payment_method_id,
                now=now,
            )
        state = stripe.create_subscription(
            customer_id=customer_id,
            price_id=ensure_price_at_stripe(price),
            quantity=seats,
            tax_rate_id=ensure_tax_rate_at_stripe(basis_points=tax_rate_basis_points, now=now),
            by_invoice=by_invoice,
            net_days=_net_days(organization_id),
            organization=str(organization_id),
            idempotency_key=f"subscription-{subscription.stripe_key}",
        )
    except stripe.CardDeclined as declined:
        _use_new_key(subscription)
        raise CardRefused(
            _("Your bank declined the card. Try another card or pay by invoice."),
            decline_code=declined.code,
        ) from declined
    first = stripe.retrieve_invoice(state.latest_invoice_id)
    started, _seated = grant_first_seats(
        subscription=subscription, state=state, invoice=first, seats=seats, actor=actor, now=now
    )
    return started


def _net_days(organization_id: int) -> int:
    with organization_context(organization_id):
        contract = Contract.objects.filter(organization_id=organization_id).first()
    return contract.net_days if contract else _DAYS_WITHOUT_A_CONTRACT


def _reserve(
    *,
    organization_id: int,
    price: Price,
    seats: int,
    payer: Payer,
    by_invoice: bool,
    tax_rate_basis_points: int,
    now: datetime,
) -> Subscription:
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        collection = BillingAccount.Collection
        BillingAccount.objects.update_or_create(
            organization_id=organization_id,
            defaults={
                "payer_name": payer.name,
                "payer_email": payer.email,
                "address_line1": payer.line1,
                "address_line2": payer.line2,
                "postal_code": payer.postal_code,
                "city": payer.city,
                "country": payer.country,
                "collection": collection.INVOICE if by_invoice else collection.CARD,
                "tax_rate_basis_points": tax_rate_basis_points,
            },
        )
        current = Subscription.objects.current().filter(organization_id=organization_id).first()
        if current is not None and current.status != Subscription.Status.RESERVED:
            raise AlreadySubscribed(_("There is a subscription already; add seats to it."))
        if current is not None and current.price_id == price.pk:
            return current
        if price.published_at is None or price.retired_at is not None:
            raise NotOnSale(_("This price is not on sale any more."))
        if current is not None:
            current.delete()
        return Subscription.objects.create(
            organization_id=organization_id,
            price=price,
            committed_baseline_seats=seats if price.interval == Price.Interval.YEAR else 0,
            created_at=now,
        )


def ensure_customer(*, organization_id: int, now: datetime, test_clock_id: str = "") -> str:
    """Return the organization's customer id at Stripe; create the customer when missing."""
    with organization_context(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        account, _created = BillingAccount.objects.get_or_create(
            organization_id=organization_id, defaults={"payer_name": organization.name}
        )
    if account.stripe_customer_id:
        return account.stripe_customer_id
    payer = Payer(
        account.payer_name or organization.name,
        account.payer_email,
        account.address_line1,
        account.address_line2,
        account.postal_code,
        account.city,
        account.country,
    )
    state = stripe.create_customer(
        name=payer.name,
        email=payer.email,
        address=payer.address(),
        organization=organization.external_id,
        idempotency_key=f"customer-{account.stripe_key}",
        test_clock_id=test_clock_id,
    )
    with organization_context(organization_id):
        BillingAccount.objects.filter(organization_id=organization_id).update(
            stripe_customer_id=state.id
        )
    return state.id


def use_card(
    *, organization_id: int, customer_id: str, payment_method_id: str, now: datetime
) -> BillingAccount:
    """Attach a card and make it the one that invoices are paid with.

    Raises `stripe.CardDeclined`.
    """
    attempt = uuid.uuid4()
    card = stripe.attach_card(
        customer_id=customer_id,
        payment_method_id=payment_method_id,
        idempotency_key=f"attach-{attempt}",
    )
    state = stripe.set_default_card(
        customer_id=customer_id,
        payment_method_id=card.payment_method_id if card else payment_method_id,
        idempotency_key=f"default-{attempt}",
    )
    return mirror_customer(
        organization_id=organization_id, state=state, now=now, answers_our_change=True
    )


def _use_new_key(subscription: Subscription) -> None:
    # Stripe replays a refusal under the same key; another card needs another key.
    with organization_context(subscription.organization_id):
        Subscription.objects.filter(pk=subscription.pk).update(stripe_key=uuid.uuid4())


def grant_first_seats(
    *,
    subscription: Subscription,
    state: stripe.SubscriptionState,
    invoice: stripe.InvoiceState,
    seats: int,
    actor: Actor,
    now: datetime,
) -> tuple[Subscription, list[Membership]]:
    """Write what Stripe began, grant its seats, seat who waits; return both, and whom.

    A subscription that has begun already is returned unchanged. The caller has seen that the
    first invoice is paid, or that nothing has to be paid yet.
    """
    organization_id = subscription.organization_id
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        locked = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if locked.status != Subscription.Status.RESERVED:
            return locked, []
        locked.status = state.status
        locked.stripe_subscription_id = state.id
        locked.stripe_item_id = state.item_id
        locked.anchor_at = state.anchor_at
        locked.started_at = state.started_at
        locked.synced_at = now
        locked.save()
        SubscriptionPeriod.objects.create(
            organization_id=organization_id,
            subscription=locked,
            during=as_range(state.period),
            recorded_at=now,
        )
        mirror = mirror_invoice(organization_id=organization_id, state=invoice, now=now)
        append_entry(
            subscription=locked,
            cause=Cause.PURCHASE,
            seats_delta=seats,
            effective_at=state.period.start,
            actor=actor,
            now=now,
            amount_minor=invoice.total_minor,
            currency=invoice.currency,
            invoice=mirror,
        )
        begin_with_default_limit(
            organization_id=organization_id,
            plan_code=locked.price.plan.code,
            actor=actor,
            now=now,
        )
        seated = change_purchased_seats(
            organization_id=organization_id, seats_after=seats, actor=actor, now=now
        )
        record(
            actor=actor,
            verb="subscription_started",
            subject=locked,
            organization_id=organization_id,
            now=now,
            changes={"seats": seats, "total_minor": invoice.total_minor},
        )
        return locked, list(seated)
