"""The list of people as a file: asked for, followed, fetched."""

from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.files import FILE_RENDERERS
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, of_organization
from accounts.domain.scopes import Area
from accounts.exports import file_response, wanted_format
from accounts.models import Organization
from seats.api.lookups import department_id_of, region_id_of
from seats.api.members import SHOWN, PeopleQuerySerializer
from seats.models import ExportPart, PeopleExport
from seats.selectors.privacy import shows_people
from seats.services.people_exports import KEPT_FOR, ask_for_export
from seats.tasks import write_people_export


class NewExportSerializer(PeopleQuerySerializer):
    """Which people, in which format; without a filter everybody who is not deactivated."""

    format = serializers.ChoiceField(choices=["csv", "xlsx"], default="csv")
    show = serializers.ChoiceField(choices=SHOWN, required=False, default="present")


class ExportSerializer(serializers.ModelSerializer[PeopleExport]):
    """How far a file is."""

    expires_at = serializers.SerializerMethodField()

    class Meta:
        model = PeopleExport
        fields = ("id", "format", "state", "people", "done", "created_at", "expires_at")

    def get_expires_at(self, export: PeopleExport) -> str:
        """Return until when the file is kept."""
        return (export.created_at + KEPT_FOR).isoformat()


class ExportsView(ApiView):
    """Files of people."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="exports_start",
        summary="Write the list of people to a file",
        description="In the background; ask for its state until it is `done`. "
        f"It is kept for {KEPT_FOR.days} days.",
        request=NewExportSerializer,
        responses={202: ExportSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Ask for the file."""
        given = body_of(request, NewExportSerializer)
        asked: dict[str, Any] = {
            "show": given["show"].replace("present", ""),
            "level": given["title"],
            "q": given["q"],
            "inactive": given.get("inactive_days", ""),
            "power": "1" if given["power"] else "",
        }
        if "department" in given:
            asked["department"] = department_id_of(organization, given["department"])
        if "region" in given:
            asked["region"] = region_id_of(organization, given["region"])
        export = ask_for_export(
            organization=organization,
            query=urlencode({name: value for name, value in asked.items() if value != ""}),
            format=given["format"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        transaction.on_commit(partial(write_people_export.delay, organization.pk, str(export.pk)))
        return Response(ExportSerializer(export).data, status=202)


class ExportView(ApiView):
    """One file."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="exports_read",
        summary="How far a file is",
        responses={200: ExportSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, export_id: UUID) -> Response:
        """Return the state."""
        export = get_object_or_404(PeopleExport, organization=organization, pk=export_id)
        return Response(ExportSerializer(export).data)


class ExportFileView(ApiView):
    """The file itself."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    renderer_classes = FILE_RENDERERS

    @extend_schema(
        operation_id="exports_download",
        summary="Fetch a file",
        description="Answers 404 until it is done, and for what tells of people once the "
        "organization shows totals only.",
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (
                200,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ): OpenApiTypes.BINARY,
        },
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, export_id: UUID) -> Any:
        """Return the file."""
        export = get_object_or_404(PeopleExport, organization=organization, pk=export_id)
        if export.state != PeopleExport.State.DONE or (
            export.holds_usage and not shows_people(organization.pk)
        ):
            raise Http404
        parts = ExportPart.objects.filter(export=export).order_by("number")
        return file_response(
            f"{organization.slug}-people",
            wanted_format(export.format),
            b"".join(bytes(part.content) for part in parts),
        )
