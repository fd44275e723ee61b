"""Work in the background: long files of people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.history import Actor
from provisioning.models import PeopleImport
from provisioning.services.people_import import (
    AT_ONCE,
    begin,
    check_file,
    give_up,
    import_people,
    require_usable,
)


@shared_task
def check_people_file(organization_id: int, import_id: str, mapping: list[str]) -> None:
    """Work out what a long file would do."""
    try:
        check_file(
            organization_id=organization_id,
            import_id=UUID(import_id),
            mapping=mapping,
            now=timezone.now(),
        )
    except Exception:
        structlog.get_logger(__name__).exception("people_file_not_checked")
        _fail(organization_id, import_id)


@shared_task
def import_people_file(
    organization_id: int, import_id: str, user_id: int | None, label: str = ""
) -> None:
    """Import a long file for a user, or for who `label` names."""
    try:
        import_people(
            organization_id=organization_id,
            import_id=UUID(import_id),
            actor=Actor.of(User.objects.get(pk=user_id)) if user_id else Actor(label),
            now=timezone.now(),
        )
    except Exception:
        structlog.get_logger(__name__).exception("people_file_not_imported")
        _fail(organization_id, import_id)


def check_people(
    *, organization_id: int, sent: PeopleImport, mapping: Sequence[str], now: datetime
) -> None:
    """Check a short file at once and have a worker check a long one.

    Raises MappingNotUsable, ImportNotReady.
    """
    require_usable(mapping)
    if sent.lines <= AT_ONCE:
        check_file(organization_id=organization_id, import_id=sent.pk, mapping=mapping, now=now)
        return
    state = PeopleImport.State.CHECKING
    begin(organization_id=organization_id, import_id=sent.pk, state=state, now=now)
    transaction.on_commit(
        lambda: check_people_file.delay(organization_id, str(sent.pk), list(mapping))
    )


def start_people(
    *, organization_id: int, sent: PeopleImport, actor: Actor, now: datetime
) -> PeopleImport | None:
    """Import a short checked file at once; have a worker import a long one, and return None.

    Raises ImportNotReady.
    """
    if sent.lines <= AT_ONCE or sent.state != PeopleImport.State.CHECKED:
        return import_people(
            organization_id=organization_id, import_id=sent.pk, actor=actor, now=now
        )
    state = PeopleImport.State.IMPORTING
    begin(organization_id=organization_id, import_id=sent.pk, state=state, now=now)
    transaction.on_commit(
        lambda: import_people_file.delay(organization_id, str(sent.pk), actor.user_id, actor.label)
    )
    return None


def _fail(organization_id: int, import_id: str) -> None:
    give_up(organization_id=organization_id, import_id=UUID(import_id), now=timezone.now())
