"""Writes what happened for other systems, in the transaction in which it happened.

Any app above may call it; nothing leaves before the commit, and what is rolled back tells nobody.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from accounts.models import HistoryEntry
from integrations.event_types import event_types, told_by
from integrations.models import OutgoingEvent


def emit_event(
    *,
    organization_id: int,
    type: str,
    dedupe_key: str,
    data: Mapping[str, Any],
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    vendor_path: str = "",
    is_vendor_only: bool = False,
) -> None:
    """Tell endpoints of one change, once; runs inside the organization's context.

    `data` is for programs, as the type's facts say; `facts` is what else the words for people are
    made of; `vendor_path` leads the vendor's people to the page about it.
    """
    event_type = event_types()[type]
    OutgoingEvent.objects.bulk_create(
        [
            OutgoingEvent(
                organization_id=organization_id,
                type=type,
                dedupe_key=dedupe_key,
                object_key=event_type.object_key(data),
                is_vendor_only=is_vendor_only or event_type.is_vendor_only,
                payload={"data": dict(data)}
                | ({"facts": dict(facts)} if facts else {})
                | ({"vendor_path": vendor_path} if vendor_path else {}),
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )


# As `tell_of_entry` would tell of each: the name is the entry's label, what people are called.
_JOINED: Final = """
INSERT INTO integrations_outgoingevent (organization_id, type, dedupe_key, object_key,
    is_vendor_only, payload, created_at)
SELECT e.organization_id, %(type)s, 'history:' || e.id || ':' || %(type)s,
    CASE WHEN m.external_id = '' THEN '' ELSE left('member:' || m.external_id, 120) END,
    false, jsonb_build_object('data', jsonb_build_object('member', m.external_id,
        'name', e.object_label, 'role', m.role, 'actor', e.actor_label)), e.at
FROM accounts_historyentry e
JOIN accounts_membership m ON m.organization_id = e.organization_id AND m.id = e.object_id::bigint
WHERE e.organization_id = %(organization_id)s AND e.verb = 'person_added'
    AND e.id BETWEEN %(first)s AND %(last)s
ORDER BY e.id
ON CONFLICT DO NOTHING
"""


def tell_of_many_joined(*, organization_id: int, first: int, last: int) -> None:
    """Tell of everybody whom entries of the history, `first` to `last`, say were added.

    For imports, which write their entries without telling of each; in one statement.
    """
    with connection.cursor() as cursor:
        # What was just written has no statistics: a loop over both tables would be quadratic.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(
            _JOINED,
            {
                "type": "member.joined",
                "organization_id": organization_id,
                "first": first,
                "last": last,
            },
        )
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")


def tell_of_entry(entry: HistoryEntry, subject: Model) -> None:
    """Tell what an entry of an organization's history says, if a type of event is told by it."""
    if entry.organization_id is None:
        return
    for event_type, data in told_by(entry.verb, subject, entry.changes):
        emit_event(
            organization_id=entry.organization_id,
            type=event_type.name,
            dedupe_key=f"history:{entry.pk}:{event_type.name}",
            data=data | {"actor": entry.actor_label},
            at=entry.at,
        )
