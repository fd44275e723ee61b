"""What other systems can hear of true-ups: opened, signed, closed."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.scopes import Area
from integrations.event_catalogue import ACTOR, CURRENCY, TOTAL
from integrations.event_types import Data, EventType, Fact, add_event_type
from trueups.models import TrueUp

_GROUP: Final = _("True-ups")
_FACTS: Final[dict[str, Fact]] = {
    "true_up": Fact("string", "Reference of the true-up.", "2026-Q3"),
    "state": Fact("string", "State of the true-up.", "settled"),
    "total_minor": TOTAL,
    "currency": CURRENCY,
    "actor": ACTOR,
}


def offer() -> None:
    """Offer the events about true-ups."""
    for name, label, title, verbs in (
        (
            "true_up.opened",
            _("a true-up opened for review"),
            _("True-up %(true_up)s is open for review: %(amount)s"),
            ("true_up_opened",),
        ),
        (
            "true_up.signed",
            _("a true-up was signed"),
            _("True-up %(true_up)s is signed: %(amount)s"),
            ("true_up_signed", "true_up_countersigned"),
        ),
        (
            "true_up.closed",
            _("a true-up was closed"),
            _("True-up %(true_up)s is closed: %(state)s"),
            ("true_up_settled", "true_up_nothing_due", "true_up_waived", "true_up_void"),
        ),
    ):
        add_event_type(
            EventType(
                name,
                label,
                _GROUP,
                Area.TRUE_UPS,
                _FACTS,
                title,
                ordered_by="true_up",
                page="true_ups",
            ),
            verbs=verbs,
            data=_true_up,
        )


def _true_up(subject: TrueUp, changes: Mapping[str, Any]) -> Data:
    return {
        "true_up": subject.reference,
        "state": subject.state,
        "total_minor": subject.total_minor,
        "currency": subject.currency,
    }
