"""What other systems can hear of money: purchases, invoices, the subscription."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.scopes import Area
from billing.models import DunningCase, Invoice, Purchase
from integrations.event_catalogue import ACTOR, CURRENCY, TOTAL
from integrations.event_types import Data, EventType, Fact, add_event_type
from integrations.services.events import emit_event

_NEWS_FOR: Final = timedelta(days=7)
_GROUP: Final = _("Seats and billing")
_PURCHASE: Final = Fact(
    "string", "Id of the purchase.", "0196f1b2-5a77-7000-8000-5c3f0a4d9e10", format="uuid"
)
_INVOICE: Final[dict[str, Fact]] = {
    "invoice": Fact("string", "Stripe's id of the invoice.", "in_1Q2w3E4r5T6y"),
    "number": Fact("string", "Number on the invoice.", "HR-2026-0042"),
    "total_minor": TOTAL,
    "currency": CURRENCY,
}


def offer() -> None:
    """Offer the events about money."""
    add_event_type(
        EventType(
            "seats.purchased",
            _("seats were purchased"),
            _GROUP,
            Area.BILLING,
            {
                "purchase": _PURCHASE,
                "seats_from": Fact("integer", "Purchased seats before.", 10),
                "seats_to": Fact("integer", "Purchased seats now.", 14),
                "total_minor": TOTAL,
                "currency": CURRENCY,
                "actor": ACTOR,
            },
            _("%(seats_to)s seats are purchased, %(seats_from)s before"),
            ordered_by="purchase",
            page="seats",
        ),
        verbs=("seats_purchased",),
        data=_purchased,
    )
    add_event_type(
        EventType(
            "purchase.failed",
            _("a purchase failed"),
            _GROUP,
            Area.BILLING,
            {
                "purchase": _PURCHASE,
                "seats": Fact("integer", "Seats that were to be purchased.", 4),
                "total_minor": TOTAL,
                "currency": CURRENCY,
                "code": Fact("string", "Why, as Stripe names it.", "card_declined"),
                "actor": ACTOR,
            },
            _("A purchase of %(seats)s seats failed"),
            ordered_by="purchase",
            page="seats",
        ),
        verbs=("purchase_failed",),
        data=_failed,
    )
    add_event_type(
        EventType(
            "invoice.paid",
            _("an invoice was paid"),
            _GROUP,
            Area.BILLING,
            _INVOICE,
            _("Invoice %(number)s is paid: %(amount)s"),
            ordered_by="invoice",
            page="invoices",
        )
    )
    add_event_type(
        EventType(
            "invoice.overdue",
            _("an invoice is overdue"),
            _GROUP,
            Area.BILLING,
            _INVOICE | {"actor": ACTOR},
            _("Invoice %(number)s is overdue: %(amount)s"),
            ordered_by="invoice",
            page="payment",
        ),
        verbs=("dunning_opened",),
        data=_overdue,
    )
    for name, label, title, verb in (
        (
            "subscription.started",
            _("a subscription started"),
            _("A subscription started"),
            "subscription_started",
        ),
        (
            "subscription.renewed",
            _("the subscription was renewed"),
            _("The subscription was renewed"),
            "subscription_renewed",
        ),
        (
            "subscription.ended",
            _("the subscription ended"),
            _("The subscription ended"),
            "subscription_ended",
        ),
    ):
        add_event_type(
            EventType(
                name,
                label,
                _GROUP,
                Area.BILLING,
                {
                    "subscription": Fact("integer", "Number of the subscription.", 12),
                    "actor": ACTOR,
                },
                title,
                ordered_by="subscription",
                page="seats",
            ),
            verbs=(verb,),
            data=_subscription,
        )


def tell_invoice_paid(*, invoice: Invoice, at: datetime) -> None:
    """Tell that an invoice is paid, once; runs with the mirror that shows it.

    What was paid long before it was seen, as in the first look at an account, is no news.
    """
    if invoice.paid_at is not None and at - invoice.paid_at > _NEWS_FOR:
        return
    emit_event(
        organization_id=invoice.organization_id,
        type="invoice.paid",
        dedupe_key=f"invoice_paid:{invoice.stripe_invoice_id}",
        data=_invoice(invoice),
        at=at,
    )


def _invoice(invoice: Invoice) -> Data:
    return {
        "invoice": invoice.stripe_invoice_id,
        "number": invoice.number,
        "total_minor": invoice.total_minor,
        "currency": invoice.currency,
    }


def _purchased(subject: Purchase, changes: Mapping[str, Any]) -> Data:
    return {"purchase": str(subject.pk), **changes}


def _failed(subject: Purchase, changes: Mapping[str, Any]) -> Data:
    return {
        "purchase": str(subject.pk),
        "seats": subject.seats,
        "total_minor": subject.total_minor,
        "currency": subject.currency,
        "code": changes.get("code", ""),
    }


def _overdue(subject: DunningCase, changes: Mapping[str, Any]) -> Data:
    return _invoice(subject.invoice)


def _subscription(subject: Any, changes: Mapping[str, Any]) -> Data:
    return {"subscription": subject.pk}
