"""What other systems can hear of seats: given, released, asked for, used up."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.scopes import Area
from integrations.event_catalogue import ACTOR, MEMBER, PERSON, person_data
from integrations.event_types import Data, EventType, Fact, add_event_type
from seats.models import LimitChange

LIMIT_REACHED: Final = "limit.reached"
_GROUP: Final = _("Seats")
_PERSON: Final = {"member": MEMBER, "name": PERSON, "actor": ACTOR}


def offer() -> None:
    """Offer the events about seats."""
    reason = Fact("string", "Why, where somebody said it.", "Left the team", is_optional=True)
    for name, label, title, verbs, facts in (
        ("seat.assigned", _("a seat was given"), _("%(name)s has a seat"), ("seat_assigned",), {}),
        (
            "seat.released",
            _("a seat was released"),
            _("The seat of %(name)s was released"),
            ("seat_released",),
            {"reason": reason},
        ),
        (
            "seat.requested",
            _("somebody asked for a seat"),
            _("%(name)s waits for a seat"),
            ("seat_requested", "seat_requested_for_oneself"),
            {},
        ),
        (
            "seat.request_declined",
            _("a wish for a seat was declined"),
            _("%(name)s was declined a seat"),
            ("seat_request_declined",),
            {"reason": reason},
        ),
    ):
        add_event_type(
            EventType(
                name,
                label,
                _GROUP,
                Area.SEATS,
                _PERSON | facts,
                title,
                ordered_by="member",
                page="seats" if name.startswith("seat.re") else "people",
            ),
            verbs=verbs,
            data=_with_reason if facts else person_data,
        )
    add_event_type(
        EventType(
            LIMIT_REACHED,
            _("somebody was refused a seat: the limit is reached"),
            _GROUP,
            Area.SEATS,
            {"member": MEMBER, "name": PERSON},
            _("%(name)s was refused a seat: every seat is assigned"),
            page="seats",
        )
    )
    add_event_type(
        EventType(
            "limit.changed",
            _("the limit of seats changed"),
            _GROUP,
            Area.SEATS,
            {
                "limit": Fact("string", "hard, soft, true_up or closed.", "soft"),
                "reason": reason,
                "actor": ACTOR,
            },
            _("The limit of seats changed"),
            page="seats",
        ),
        verbs=tuple(f"limit_changed_by_{cause.value}" for cause in LimitChange.Cause),
        data=_limit,
    )


def _with_reason(subject: Any, changes: Mapping[str, Any]) -> Data:
    said = {"reason": changes["reason"]} if changes.get("reason") else {}
    return person_data(subject, changes) | said


def _limit(subject: Any, changes: Mapping[str, Any]) -> Data:
    return {name: changes[name] for name in ("limit", "reason") if name in changes}
