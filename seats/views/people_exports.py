"""The list of people as a file: at once while it is short, else written with its progress shown."""

from functools import partial
from typing import Final
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import file_response, table_response, wanted_format
from accounts.services.history import Actor
from seats.models import ExportPart, PeopleExport
from seats.selectors.people_list import People, people_query
from seats.selectors.people_table import cells_of, columns_of
from seats.selectors.privacy import shows_people
from seats.services.people_exports import KEPT_FOR, ask_for_export
from seats.tasks import write_people_export

MOST_AT_ONCE: Final = 2_000
MOST_OF_DEPARTMENTS: Final = 20_000


@organization_page(Permission.PEOPLE_READ, recent=Recent.EXPORTING, narrows=True)
@require_safe
def people_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the list, whole, as a file; a long one is written in the background."""
    now, wanted = timezone.now(), wanted_format(format)
    people = People(people_query(request.GET), organization_id=request.organization.pk, now=now)
    # What is written in the background reads the whole organization.
    reads_all = request.membership.reach is None
    ids = people.ids(0, (MOST_AT_ONCE if reads_all else MOST_OF_DEPARTMENTS) + 1)
    if reads_all and len(ids) > MOST_AT_ONCE:
        export = ask_for_export(
            organization=request.organization,
            query=request.GET.urlencode(),
            format=wanted,
            actor=Actor.of(request.user),
            now=now,
        )
        start = partial(write_people_export.delay, request.organization.pk, str(export.pk))
        transaction.on_commit(start)
        return redirect("export_progress", request.organization.slug, export.pk)
    return table_response(
        f"{request.organization.slug}-people",
        wanted,
        columns_of(is_shown=people.is_shown),
        cells_of(people.rows(ids)),
    )


@organization_page(Permission.PEOPLE_READ)
@require_safe
def export_progress(request: OrganizationRequest, export_id: UUID) -> HttpResponse:
    """Say how far a file is; the part of the page that says it asks again by itself."""
    export = _export(request, export_id)
    return render(
        request,
        "seats/export_state.html" if request.headers.get("HX-Request") else "seats/export.html",
        {
            "export": export,
            "kept_days": KEPT_FOR.days,
            "is_hidden": export.holds_usage and not shows_people(request.organization.pk),
        },
    )


@organization_page(Permission.PEOPLE_READ, recent=Recent.EXPORTING)
@require_safe
def export_file(request: OrganizationRequest, export_id: UUID) -> HttpResponse:
    """Hand out the file, part by part; not what tells of people where totals are shown only."""
    export = _export(request, export_id)
    if export.state != PeopleExport.State.DONE or (
        export.holds_usage and not shows_people(request.organization.pk)
    ):
        raise Http404("No such file")
    parts = ExportPart.objects.filter(export=export).order_by("number")
    return file_response(
        f"{request.organization.slug}-people",
        wanted_format(export.format),
        b"".join(bytes(part.content) for part in parts),
    )


def _export(request: OrganizationRequest, export_id: UUID) -> PeopleExport:
    try:
        return PeopleExport.objects.get(pk=export_id, organization=request.organization)
    except ObjectDoesNotExist as error:
        raise Http404("No such export") from error
