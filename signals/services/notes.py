"""Writes what the vendor notes about accounts: every edit is a further version."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.models import SeatLedgerEntry
from signals.domain.growth import GrowthPattern
from signals.models import AccountNote, GrowthChoice


class NoteIsEmpty(DomainError):
    """A new note says something."""

    code: ClassVar[str] = "note_is_empty"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "body"


def write_note(
    *, organization_id: int, body: str, actor: Actor, now: datetime, key: uuid.UUID | None = None
) -> AccountNote:
    """Write a note, or the next version of the one named; an empty version deletes it.

    Raises NoteIsEmpty, AccountNote.DoesNotExist.
    """
    body = body.strip()[:10_000]
    with organization_context(organization_id, user_id=actor.user_id):
        version = 1
        if key is None:
            if not body:
                raise NoteIsEmpty(_("Write something first."))
        else:
            last = AccountNote.objects.filter(organization_id=organization_id, key=key).aggregate(
                version=Max("version")
            )["version"]
            if last is None:
                raise AccountNote.DoesNotExist
            version = last + 1
        return AccountNote.objects.create(
            organization_id=organization_id,
            key=key or uuid.uuid4(),
            version=version,
            body=body,
            author_id=actor.user_id,
            author_label=actor.label[:200],
            at=now,
        )


def choose_growth(
    *, organization_id: int, entry_id: int, pattern: GrowthPattern, actor: Actor, now: datetime
) -> GrowthChoice:
    """Write which pattern of growth an increase was; raises SeatLedgerEntry.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        entry = SeatLedgerEntry.objects.get(
            pk=entry_id, organization_id=organization_id, seats_delta__gt=0
        )
        return GrowthChoice.objects.create(
            organization_id=organization_id,
            entry=entry,
            pattern=pattern.value,
            at=now,
            actor_label=actor.label[:200],
        )
