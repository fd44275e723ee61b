"""Writes what happened for other systems, in the transaction in which it happened.

Any app above may call it; nothing leaves before the commit, and what is rolled back tells nobody.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization
from integrations.models import OutgoingEvent


def emit_event(
    *,
    organization: Organization,
    type: str,
    dedupe_key: str,
    title: str,
    text: str,
    path: str,
    data: Mapping[str, Any],
    at: datetime,
) -> None:
    """Tell endpoints of one change, once; runs inside the organization's context.

    `title` and `text` are for people, `path` leads to the page about it, `data` is for programs.
    """
    OutgoingEvent.objects.bulk_create(
        [
            OutgoingEvent(
                organization=organization,
                type=type,
                dedupe_key=dedupe_key,
                payload={
                    "title": title,
                    "text": text,
                    "path": path,
                    "data": {
                        "organization": organization.external_id,
                        "organization_name": organization.name,
                        **data,
                    },
                },
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )
