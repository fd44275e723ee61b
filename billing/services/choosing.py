"""Stores the choice with which an organization begins a subscription; `starting` carries it out."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.starting import StartState, step
from billing.models import BillingAccount, Price, Subscription, SubscriptionStart
from billing.selectors.bounds import ask_of_start
from billing.selectors.starting import StartFigures, days_to_pay, open_start, start_figures
from billing.services.bounds import breaches_of_start, open_start_review
from billing.services.consent import check_consent, order_of_start
from billing.services.details import change_details
from billing.services.subscriptions import AlreadySubscribed, NotOnSale, Payer
from billing.services.tax import mark_tax
from seats.services.seats import lock_seat_pool

_State = SubscriptionStart.State


class StartChanged(DomainError):
    """The total is another one now than the one shown. Nothing was charged."""

    code: ClassVar[str] = "start_changed"


class StartUnderWay(DomainError):
    """Another beginning waits for its payment."""

    code: ClassVar[str] = "start_under_way"


class DetailsMissing(DomainError):
    """An invoice needs a name, an e-mail address and a country."""

    code: ClassVar[str] = "details_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "country"


def reserve_start(
    *,
    organization_id: int,
    price: Price,
    seats: int,
    due_minor: int,
    payer: Payer,
    vat_id: str = "",
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> SubscriptionStart:
    """Store the choice for exactly `due_minor` now, and who pays; return it.

    One above a safety limit waits for a person first, like a purchase.

    The same key returns the same one; another choice takes the place of one that still waits for a
    card. Raises AlreadySubscribed, StartUnderWay, StartChanged, NotOnSale, DetailsMissing,
    QuantityRefused, ApprovalNeeded, PurchaseNeedsReview.
    """
    if not (payer.name.strip() and payer.email.strip() and payer.country):
        raise DetailsMissing(_("An invoice needs a name, an e-mail address and a country."))
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        known = SubscriptionStart.objects.filter(
            organization_id=organization_id, idempotency_key=idempotency_key
        ).first()
        if known is not None:
            return known
        _check_nothing_is_there(organization_id)
        if price.published_at is None or price.retired_at is not None:
            raise NotOnSale(_("This price is not on sale any more."))
        check_consent(
            order_of_start(organization_id=organization_id, price=price, seats=seats, now=now)
        )
        account = _write_payer(organization_id, payer, vat_id, actor, now)
        figures = start_figures(
            organization=Organization.objects.get(pk=organization_id),
            price=price,
            seats=seats,
            country=account.country,
            vat_id=account.vat_id,
            now=now,
        )
        if figures.due_minor != due_minor:
            raise StartChanged(
                _("The price has changed since. Nothing was charged."),
                due_minor=figures.due_minor,
                currency=figures.currency,
            )
        ask = ask_of_start(
            seats=seats, total_minor=figures.invoice_minor, currency=figures.currency
        )
        breaches, approval = breaches_of_start(organization_id, ask, now)
        start = None
        if not breaches or approval is not None:
            start = _write_start(
                organization_id, price, seats, figures, idempotency_key, actor, now
            )
        if start is not None and approval is not None:
            approval.start = start
            approval.save(update_fields=["start"])
    if start is None:
        # Outside of the lock: the review stays although this attempt is refused.
        raise open_start_review(
            organization_id=organization_id, ask=ask, breaches=breaches, actor=actor, now=now
        )
    return start


def _write_start(
    organization_id: int,
    price: Price,
    seats: int,
    figures: StartFigures,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> SubscriptionStart:
    withdraw_choice(organization_id, actor, now)
    start = SubscriptionStart.objects.create(
        organization_id=organization_id,
        price=price,
        seats=seats,
        trial_days=figures.trial_days,
        by_invoice=days_to_pay(organization_id) is not None,
        currency=figures.currency,
        tax_basis_points=figures.tax.basis_points,
        tax_name=figures.tax.name,
        invoice_minor=figures.invoice_minor,
        due_minor=figures.due_minor,
        idempotency_key=idempotency_key[:200],
        requested_by_id=actor.user_id,
        actor_label=actor.label[:200],
        created_at=now,
    )
    record(
        actor=actor,
        verb="start_chosen",
        subject=start,
        organization_id=organization_id,
        now=now,
        changes={"seats": seats, "total_minor": start.due_minor, "currency": start.currency},
    )
    return start


def _check_nothing_is_there(organization_id: int) -> None:
    current = (
        Subscription.objects.current()
        .filter(organization_id=organization_id)
        .exclude(status=Subscription.Status.RESERVED)
    )
    if current.exists():
        raise AlreadySubscribed(_("There is a subscription already; add seats to it."))
    waiting = open_start(organization_id)
    if waiting is not None and waiting.state != _State.RESERVED:
        raise StartUnderWay(
            _("The subscription is being started. Nothing more was charged."),
            start=str(waiting.pk),
        )


def _write_payer(
    organization_id: int, payer: Payer, vat_id: str, actor: Actor, now: datetime
) -> BillingAccount:
    change_details(
        organization_id=organization_id,
        details={
            "payer_name": payer.name.strip(),
            "payer_email": payer.email.strip(),
            "address_line1": payer.line1,
            "address_line2": payer.line2,
            "postal_code": payer.postal_code,
            "city": payer.city,
            "country": payer.country.upper(),
            "vat_id": vat_id.strip()[:20],
        },
        actor=actor,
        now=now,
    )
    # Decided anew for each beginning: the vendor's rates may have changed since the last one.
    mark_tax(organization_id=organization_id, now=now)
    return BillingAccount.objects.get(organization_id=organization_id)


def withdraw_choice(organization_id: int, actor: Actor, now: datetime) -> None:
    """Give up a choice that waits for a card, inside the transaction of the caller."""
    waiting = open_start(organization_id)
    if waiting is None:
        return
    waiting.state = step(StartState(waiting.state), StartState.WITHDRAWN).value
    waiting.ended_at = now
    waiting.save(update_fields=["state", "ended_at"])
    record(
        actor=actor,
        verb="start_withdrawn",
        subject=waiting,
        organization_id=organization_id,
        now=now,
    )
