"""What other systems can hear of people: the events of `accounts`, which knows no integrations.

Owns also the fields that many events share.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.scopes import Area
from accounts.models import Membership
from integrations.event_types import Data, EventType, Fact, add_event_type

MEMBER: Final = Fact("string", "External id of the person.", "ben")
PERSON: Final = Fact("string", "Name of the person.", "Ben Ruiz")
ACTOR: Final = Fact("string", "Who or what did it.", "Ada Lund")
CURRENCY: Final = Fact("string", "ISO 4217 code.", "EUR")
TOTAL: Final = Fact("integer", "Amount in minor units of the currency.", 14_400)
_GROUP: Final = _("People")


def person_data(subject: Membership, changes: Mapping[str, Any]) -> Data:
    """Return what an event says about a person."""
    return {"member": subject.external_id, "name": subject.display_name}


def offer() -> None:
    """Offer the events about people."""
    facts = {"member": MEMBER, "name": PERSON, "actor": ACTOR}
    role = Fact("string", "Role in the organization.", "member")
    add_event_type(
        EventType(
            "member.joined",
            _("somebody joined"),
            _GROUP,
            Area.PEOPLE,
            facts | {"role": role},
            _("%(name)s joined"),
            ordered_by="member",
            page="people",
        ),
        verbs=("person_added", "invitation_accepted", "person_reactivated"),
        data=_with_role,
    )
    add_event_type(
        EventType(
            "member.left",
            _("somebody left"),
            _GROUP,
            Area.PEOPLE,
            facts,
            _("%(name)s left"),
            ordered_by="member",
            page="people",
        ),
        verbs=("person_deactivated",),
        data=person_data,
    )
    add_event_type(
        EventType(
            "member.role_changed",
            _("a role changed"),
            _GROUP,
            Area.PEOPLE,
            facts | {"role": role},
            _("%(name)s has another role: %(role)s"),
            ordered_by="member",
            page="people",
        ),
        verbs=("role_changed",),
        data=_with_role,
    )


def _with_role(subject: Membership, changes: Mapping[str, Any]) -> Data:
    return person_data(subject, changes) | {"role": subject.role}
