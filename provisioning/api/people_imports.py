"""Files of people over the API: sent, checked without changing anybody, imported as a whole."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from provisioning.domain.people_file import Field, Refusal
from provisioning.models import PeopleImport
from provisioning.services.people_import import send_file
from provisioning.services.people_progress import progress_of
from provisioning.tasks import check_people, start_people

_MEANINGS = [each.value for each in Field]
_MOST_CHARACTERS = 2_000_000
_MOST_COLUMNS = 50
_RUNNING = (PeopleImport.State.CHECKING, PeopleImport.State.IMPORTING)


class ImportExampleSerializer(serializers.Serializer[Any]):
    """Somebody who would be new."""

    line = serializers.IntegerField()
    about = serializers.CharField()


class ImportChangeSerializer(ImportExampleSerializer):
    """Somebody who would be changed."""

    fields_changed = serializers.ListField(source="fields", child=serializers.CharField())


class ImportRefusalSerializer(ImportExampleSerializer):
    """A line that is not taken."""

    reason = serializers.ChoiceField(choices=[each.value for each in Refusal])


class ImportFindingsSerializer(serializers.Serializer[Any]):
    """What a file would do, or did; of people five examples, of refused lines 200."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    is_anew = serializers.BooleanField(
        default=False, help_text="the list changed since the check; nobody was imported"
    )
    examples = ImportExampleSerializer(many=True)
    changes = ImportChangeSerializer(many=True)
    refusals = ImportRefusalSerializer(many=True)


class PeopleImportSerializer(serializers.ModelSerializer[PeopleImport]):
    """A file of people and how far it is."""

    headings = serializers.ListField(child=serializers.CharField(), read_only=True)
    mapping = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        read_only=True,
        help_text="what each column means, as far as its heading tells; empty: left out",
    )
    findings = serializers.SerializerMethodField(help_text="null before the check")
    progress = serializers.SerializerMethodField(help_text="of 100, while a worker is at it")

    class Meta:
        model = PeopleImport
        fields = (
            *("id", "filename", "state", "headings", "mapping", "lines", "findings", "progress"),
            *("created_at", "touched_at"),
        )

    @extend_schema_field(ImportFindingsSerializer(allow_null=True))
    def get_findings(self, sent: PeopleImport) -> Any:
        """Return what the file would do, or did."""
        return ImportFindingsSerializer(sent.findings).data if sent.findings else None

    def get_progress(self, sent: PeopleImport) -> int | None:
        """Return how far a worker is."""
        return progress_of(sent.pk) if sent.state in _RUNNING else None


class SentFileSerializer(serializers.Serializer[Any]):
    """A file of people as text."""

    filename = serializers.CharField(max_length=200, default="people.csv")
    content = serializers.CharField(
        max_length=_MOST_CHARACTERS,
        trim_whitespace=False,
        help_text="CSV with commas, semicolons or tabs; the first line names the columns",
    )


class MappingSerializer(serializers.Serializer[Any]):
    """What each column means, in their order."""

    mapping = serializers.ListField(
        child=serializers.ChoiceField(choices=_MEANINGS, allow_blank=True),
        min_length=1,
        max_length=_MOST_COLUMNS,
        required=False,
        help_text="empty leaves a column out; without a mapping the file's own holds",
    )


class PeopleImportsView(ApiView):
    """The files of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="people_imports_list",
        summary="Files of people that were sent",
        description="Newest first; those never imported are forgotten after 30 days.",
        responses={200: PeopleImportSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of files."""
        found = PeopleImport.objects.defer("content").filter(organization=organization)
        return listed(self, request, found, PeopleImportSerializer)

    @extend_schema(
        operation_id="people_imports_send",
        summary="Send a file of people",
        description=(
            "Nobody is changed by it: check it next, then start it. Up to 2,000,000 characters; "
            "the page takes larger files and workbooks. What is no table is 422 "
            "`file_not_readable`."
        ),
        request=SentFileSerializer,
        responses={201: PeopleImportSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Keep a file."""
        given = body_of(request, SentFileSerializer)
        sent = send_file(
            organization_id=organization.pk,
            filename=given["filename"],
            content=given["content"].encode(),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(PeopleImportSerializer(sent).data, status=201)


class PeopleImportView(ApiView):
    """One file."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="people_imports_read",
        summary="How far a file of people is",
        description="With what it would do, or did.",
        responses={200: PeopleImportSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, import_id: UUID) -> Response:
        """Return the file."""
        return Response(PeopleImportSerializer(_sent(organization, import_id)).data)


class PeopleImportCheckView(ApiView):
    """The dry run."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="people_imports_check",
        summary="Work out what a file of people would do",
        description=(
            "Changes nobody. Up to 2,000 lines are checked when this answers; read a longer file "
            "until it is `checked`. A mapping by which nobody can be found is 422 "
            "`mapping_not_usable`; a file that was imported 409 `import_not_ready`."
        ),
        request=MappingSerializer,
        responses={200: PeopleImportSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, import_id: UUID) -> Response:
        """Check the file."""
        sent = _sent(organization, import_id)
        mapping = body_of(request, MappingSerializer).get("mapping", sent.mapping)
        if len(mapping) != len(sent.headings):
            raise serializers.ValidationError(
                {
                    "mapping": _("The file has %(n)s columns. Say of each what it means.")
                    % {"n": len(sent.headings)}
                }
            )
        check_people(
            organization_id=organization.pk, sent=sent, mapping=mapping, now=timezone.now()
        )
        return Response(PeopleImportSerializer(_sent(organization, import_id)).data)


class PeopleImportStartView(ApiView):
    """The import."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="people_imports_start",
        summary="Import a checked file of people",
        description=(
            "All of it or nothing. When other counts would follow than the check said, nobody is "
            "imported: it is `checked` again with `is_anew`. Read a file of more than 2,000 lines "
            "until it is `done` or `failed`. Unchecked it is 409 `import_not_ready`."
        ),
        request=None,
        responses={200: PeopleImportSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, import_id: UUID) -> Response:
        """Import the file."""
        start_people(
            organization_id=organization.pk,
            sent=_sent(organization, import_id),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(PeopleImportSerializer(_sent(organization, import_id)).data)


def _sent(organization: Organization, import_id: UUID) -> PeopleImport:
    with not_found():
        return PeopleImport.objects.defer("content").get(organization=organization, pk=import_id)
