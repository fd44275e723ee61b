"""Writes what happened for other systems, in the transaction in which it happened.

Any app above may call it; nothing leaves before the commit, and what is rolled back tells nobody.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
