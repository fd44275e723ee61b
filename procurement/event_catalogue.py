"""What other systems can hear of requests: made, decided, bought."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.scopes import Area
from integrations.event_catalogue import ACTOR, CURRENCY
from integrations.event_types import Data, EventType, Fact, add_event_type
from procurement.models import PurchaseRequest

_GROUP: Final = _("Requests")
_FACTS: Final[dict[str, Fact]] = {
    "request": Fact(
        "string", "Id of the request.", "0196f1b2-5a77-7000-8000-1f2e3d4c5b6a", format="uuid"
    ),
    "number": Fact("integer", "Number of the request in the organization.", 7),
    "state": Fact("string", "State of the request.", "approved"),
    "seats_from": Fact("integer", "Purchased seats when it was asked.", 10),
    "seats_to": Fact("integer", "Seats that are asked for in all.", 14),
    "total_minor": Fact("integer", "Amount of the request in minor units.", 14_400),
    "currency": CURRENCY,
    "actor": ACTOR,
}


def offer() -> None:
    """Offer the events about requests."""
    for name, label, title, verbs in (
        (
            "request.created",
            _("a request was made"),
            _("Request R-%(number)s: %(seats_from)s to %(seats_to)s seats"),
            ("request_made", "request_asked_again"),
        ),
        (
            "request.decided",
            _("a request was decided"),
            _("Request R-%(number)s is decided: %(state)s"),
            ("request_approved", "request_declined"),
        ),
        (
            "request.closed",
            _("a request ended without a purchase"),
            _("Request R-%(number)s ended: %(state)s"),
            ("request_withdrawn", "request_expired", "request_not_bought"),
        ),
        (
            "request.bought",
            _("a request was bought"),
            _("Request R-%(number)s was bought"),
            ("request_bought",),
        ),
    ):
        add_event_type(
            EventType(
                name,
                label,
                _GROUP,
                Area.REQUESTS,
                _FACTS,
                title,
                ordered_by="request",
                page="purchase_requests",
            ),
            verbs=verbs,
            data=_request,
        )


def _request(subject: PurchaseRequest, changes: Mapping[str, Any]) -> Data:
    return {
        "request": str(subject.pk),
        "number": subject.number,
        "state": subject.state,
        "seats_from": subject.quantity_from,
        "seats_to": subject.quantity_to,
        "total_minor": subject.amount_minor,
        "currency": subject.currency,
    }
