"""Work in the background: long files of people, and the end of old logs."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.models import User
from accounts.services.history import Actor
from provisioning.models import DirectoryRequest, PeopleImport
from provisioning.services.people_import import check_file, give_up, import_people

KEPT_FOR: Final = timedelta(days=30)


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
def import_people_file(organization_id: int, import_id: str, user_id: int) -> None:
    """Import a long file."""
    try:
        import_people(
            organization_id=organization_id,
            import_id=UUID(import_id),
            actor=Actor.of(User.objects.get(pk=user_id)),
            now=timezone.now(),
        )
    except Exception:
        structlog.get_logger(__name__).exception("people_file_not_imported")
        _fail(organization_id, import_id)


@shared_task
def forget_directory_requests() -> int:
    """Let go of requests of directories and of files that were never imported; return how many."""
    oldest = timezone.now() - KEPT_FOR
    requests, _ = DirectoryRequest.objects.using("pipeline").filter(at__lt=oldest).delete()
    files, _ = (
        PeopleImport.objects.using("pipeline")
        .filter(created_at__lt=oldest)
        .exclude(state=PeopleImport.State.DONE)
        .delete()
    )
    return requests + files


def _fail(organization_id: int, import_id: str) -> None:
    give_up(organization_id=organization_id, import_id=UUID(import_id), now=timezone.now())
