"""Writes long lists of people to files in the background: asked for, written, kept for a week.

The file is written in batches, each read in a transaction of its own, so that the progress can be
seen; a run that died is taken up again by the sweeper. Does not own the queue: who asks starts it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone, translation

from accounts.exports import Cell, wanted_format, write_table
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from accounts.tracing import continued, traceparent
from seats.models import ExportPart, PeopleExport
from seats.selectors.people_list import People, people_query
from seats.selectors.people_table import cells_of, columns_of

KEPT_FOR: Final = timedelta(days=7)
SILENT_FOR: Final = timedelta(minutes=5)
MOST_ATTEMPTS: Final = 3
_PART_BYTES: Final = 1_000_000
_AT_ONCE: Final = 1_000
_State = PeopleExport.State


def ask_for_export(
    *, organization: Organization, query: str, format: str, actor: Actor, now: datetime
) -> PeopleExport:
    """Write down that a file is wanted, in the reader's language and zone; started after commit."""
    with organization_context(organization.pk, user_id=actor.user_id):
        export = PeopleExport.objects.create(
            organization=organization,
            requested_by_id=actor.user_id,
            query=query[:1000],
            format=format,
            language=translation.get_language() or "en",
            time_zone=timezone.get_current_timezone_name(),
            created_at=now,
            touched_at=now,
            traceparent=traceparent(),
        )
        record(
            actor=actor,
            verb="people_exported",
            subject=organization,
            organization_id=organization.pk,
            now=now,
        )
        return export


def write_export(*, organization_id: int, export_id: UUID, now: datetime) -> bool:
    """Write the file; return whether this call did it. Two workers at once write it once."""
    with organization_context(organization_id):
        claimed = PeopleExport.objects.filter(
            Q(state=_State.WAITING) | Q(state=_State.RUNNING, touched_at__lt=now - SILENT_FOR),
            pk=export_id,
            organization_id=organization_id,
            attempts__lt=MOST_ATTEMPTS,
        ).update(state=_State.RUNNING, touched_at=now, attempts=F("attempts") + 1, done=0)
        if not claimed:
            return False
        export = PeopleExport.objects.get(pk=export_id)
        people = People(
            people_query(QueryDict(export.query)), organization_id=organization_id, now=now
        )
        ids = people.ids(0, None)
        PeopleExport.objects.filter(pk=export_id).update(
            people=len(ids), holds_usage=people.is_shown
        )
    with (
        TemporaryFile() as file,
        translation.override(export.language),
        timezone.override(ZoneInfo(export.time_zone)),
        continued("write people export", [export.traceparent]),
    ):
        write_table(
            file,
            wanted_format(export.format),
            columns_of(is_shown=people.is_shown),
            _cells(export, people, ids),
        )
        _keep(export, file, now)
    return True


def _cells(export: PeopleExport, people: People, ids: list[int]) -> Iterator[list[Cell]]:
    done = 0
    for some in batched(ids, _AT_ONCE):
        with organization_context(export.organization_id):
            cells = list(cells_of(people.rows(some)))
            done += len(some)
            PeopleExport.objects.filter(pk=export.pk).update(done=done, touched_at=timezone.now())
        yield from cells


def _keep(export: PeopleExport, file: IO[bytes], now: datetime) -> None:
    file.seek(0)
    with organization_context(export.organization_id):
        ExportPart.objects.filter(export=export).delete()
        number = 0
        while content := file.read(_PART_BYTES):
            ExportPart.objects.create(
                organization_id=export.organization_id,
                export=export,
                number=number,
                content=content,
            )
            number += 1
        PeopleExport.objects.filter(pk=export.pk).update(state=_State.DONE, touched_at=now)


def sweep_exports(*, now: datetime) -> int:
    """Finish what a dead worker left, give up what failed; return how many."""
    stale = PeopleExport.objects.using("pipeline").filter(
        Q(state=_State.WAITING, created_at__lt=now - timedelta(minutes=1))
        | Q(state=_State.RUNNING, touched_at__lt=now - SILENT_FOR)
    )
    swept = 0
    for organization_id, export_id, attempts in stale.values_list(
        "organization_id", "pk", "attempts"
    )[:50]:
        swept += 1
        if attempts >= MOST_ATTEMPTS:
            with organization_context(organization_id):
                PeopleExport.objects.filter(pk=export_id).update(state=_State.FAILED)
        else:
            write_export(organization_id=organization_id, export_id=export_id, now=now)
    return swept


def forget_exports(*, now: datetime) -> int:
    """Delete files that were asked for a week ago, with their orders; return how many."""
    old = PeopleExport.objects.using("pipeline").filter(created_at__lt=now - KEPT_FOR)
    gone = 0
    for organization_id, export_id in old.values_list("organization_id", "pk"):
        with organization_context(organization_id):
            PeopleExport.objects.filter(pk=export_id).delete()
            gone += 1
    return gone
