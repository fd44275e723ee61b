"""What is known of one person's usage: handed out as a whole, and deleted as a whole.

Covers raw events, what is counted from them, and everything about shared accounts. Sums over many
people stay, and so does the history, which says who changed what. The membership itself is the
organization's own list of people and is changed there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, connections, transaction

from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.services.rollup import wait_for_rollup
from signals.models import SharingOverview
from signals.services.sharing_fill import wait_for_fill

# Tables with rows of a person, each with the columns that are handed out. Keys of devices and
# places are left out: they are pseudonyms of what the raw events say in the clear.
COUNTED: Final[dict[str, tuple[str, ...]]] = {
    "seats_activityday": ("day", "sign_ins", "actions"),
    "seats_usageday": ("day", "feature_id", "events", "quantity"),
    "seats_outcomeday": ("day", "feature_id", "kind", "events", "value"),
    "seats_memberfeature": ("feature_id", "first_day", "last_day", "events"),
    "seats_memberactivity": ("first_active_at", "last_active_at", "last_sign_in_at"),
    "signals_sharingday": ("day", "form", "system", "browser", "network_class", "slots"),
    "signals_sharingscore": ("scored_on", "probability", "at_least", "about", "evidence"),
    "signals_sharingcase": ("opened_at", "state", "answer", "probability", "evidence", "closed_at"),
    "signals_sharingowndevice": ("said_at",),
    "seats_accessmeasure": ("action", "sessions", "since"),
    "seats_opensession": ("first_at", "seen_at"),
}
_EVENTS: Final = (
    *("event_id", "at", "kind", "feature", "quantity", "outcome_kind", "outcome_value"),
    *("session_id", "device_id", "ip", "user_agent", "country", "city", "latitude", "longitude"),
    *("asn", "network"),
)
_READ: Final = """
SELECT {columns} FROM {table}
WHERE organization_id = %(organization_id)s AND membership_id = %(membership_id)s
"""
_DELETE: Final = """
DELETE FROM {table}
WHERE organization_id = %(organization_id)s AND membership_id = %(membership_id)s
"""
_FEATURES: Final = """
SELECT id, name FROM seats_feature WHERE organization_id = %(organization_id)s AND id IN (
    SELECT feature_id FROM seats_memberfeature
    WHERE organization_id = %(organization_id)s AND membership_id = %(membership_id)s)
"""
_READ_EVENTS: Final = """
SELECT {columns} FROM {table}
WHERE organization_id = %(organization_id)s AND (member = %(external_id)s
    OR (%(email)s <> '' AND lower(member) = lower(%(email)s)))
ORDER BY at
"""
_DELETE_EVENTS: Final = """
DELETE FROM seats_usageevent
WHERE organization_id = %(organization_id)s AND (member = %(external_id)s
    OR (%(email)s <> '' AND lower(member) = lower(%(email)s)))
"""
_DELETE_ASIDE: Final = """
DELETE FROM seats_quarantinedevent
WHERE organization_id = %(organization_id)s AND (event->>'member' = %(external_id)s
    OR (%(email)s <> '' AND lower(event->>'member') = lower(%(email)s)))
"""


def export_person(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Return everything that is known of a person's usage, by table, ready for JSON.

    Who took it stands in the history. Raises Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        person = Membership.objects.get(pk=membership_id)
        own = {"organization_id": organization_id, "membership_id": membership_id}
        found: dict[str, Any] = {
            "person": {
                "member": person.external_id,
                "name": person.name,
                "email": person.email,
                "title": person.title,
                "kind": person.kind,
            }
        }
        for table, columns in COUNTED.items():
            found[table] = _read(_of(_READ, table, columns), own)
        found["features"] = _read(_FEATURES, own)
        found["seats_usageevent"] = _read(
            _of(_READ_EVENTS, "seats_usageevent", _EVENTS), _names(person)
        )
        record(
            actor=actor,
            verb="person_data_exported",
            subject=person,
            organization_id=organization_id,
            now=now,
        )
    return found


def delete_person_data(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> int:
    """Delete everything that is known of a person's usage; return how many rows.

    Raw events go first, while nobody counts or takes them in, so that none comes back. What the
    vendor's product reports afterwards is counted anew. Raises Membership.DoesNotExist.
    """
    with organization_context(organization_id):
        person = Membership.objects.get(pk=membership_id)
    gone = _delete_events(person)
    with organization_context(organization_id, user_id=actor.user_id):
        own = {"organization_id": organization_id, "membership_id": membership_id}
        with connection.cursor() as cursor:
            for table in COUNTED:
                cursor.execute(_of(_DELETE, table), own)
                gone += int(cursor.rowcount)
        SharingOverview.objects.filter(pk=organization_id).update(changed_at=now)
        record(
            actor=actor,
            verb="person_data_deleted",
            subject=person,
            organization_id=organization_id,
            now=now,
            changes={"rows": gone},
        )
    return gone


def _delete_events(person: Membership) -> int:
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        wait_for_rollup(cursor)
        wait_for_fill(cursor)
        cursor.execute(_DELETE_EVENTS, _names(person))
        gone = int(cursor.rowcount)
        cursor.execute(_DELETE_ASIDE, _names(person))
        return gone + int(cursor.rowcount)


def _of(statement: str, table: str, columns: tuple[str, ...] = ()) -> str:
    """The statement for one of our own tables; nothing of it comes from outside."""
    return statement.replace("{table}", table).replace("{columns}", ", ".join(columns))


def _names(person: Membership) -> dict[str, Any]:
    return {
        "organization_id": person.organization_id,
        "external_id": person.external_id,
        "email": person.email,
    }


def _read(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
