"""The vendor's API: mappings of tasks to a CRM's deals, and the deals themselves.

A program reads the deals where a person takes a file.
"""

from typing import Any, ClassVar, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.scopes import Area
from signals.domain.crm import DealField, Preset, deal_of
from signals.models import CrmMapping, ExpansionTask
from signals.models.task import LIVE_STATES
from signals.selectors.crm import subject_of, tasks_for_crm
from signals.services.crm import add_mapping, change_mapping

_LONGEST: Final = 80
_STAGES: Final = (*LIVE_STATES, "won", "lost")


class CrmColumnSerializer(serializers.Serializer[Any]):
    """Which field of a deal stands under which heading."""

    heading = serializers.CharField(max_length=_LONGEST)
    deal_field = serializers.ChoiceField(choices=[each.value for each in DealField])


@extend_schema_field(
    {
        "type": "object",
        "properties": {name: {"type": "string", "maxLength": _LONGEST} for name in _STAGES},
        "additionalProperties": False,
    }
)
class _StagesField(serializers.DictField):
    """Stages of our states, and of no other."""


class CrmMappingBodySerializer(serializers.Serializer[Any]):
    """Headings and stages, given whole; a field without a heading is left out."""

    columns = serializers.ListField(child=CrmColumnSerializer(), max_length=len(DealField))
    stages = _StagesField(
        child=serializers.CharField(max_length=_LONGEST, allow_blank=True),
        default=dict,
        help_text="the CRM's name for each of " + ", ".join(f"`{name}`" for name in _STAGES),
    )

    def validate_stages(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse stages of what has none."""
        if unknown := sorted(set(value) - set(_STAGES)):
            raise serializers.ValidationError(_("%(name)s has no stage.") % {"name": unknown[0]})
        return value

    def validate_columns(self, value: list[dict[str, str]]) -> list[dict[str, str]]:
        """Refuse a field under two headings."""
        if len({each["deal_field"] for each in value}) < len(value):
            raise serializers.ValidationError(_("Each field may stand once."))
        return value


class NewCrmMappingSerializer(serializers.Serializer[Any]):
    """A mapping begins with the names of a CRM."""

    name = serializers.CharField(max_length=_LONGEST)
    preset = serializers.ChoiceField(choices=CrmMapping.PresetChoice.choices)


class CrmMappingSerializer(serializers.ModelSerializer[CrmMapping]):
    """Which field of a task stands under which heading, and our states as stages."""

    columns = serializers.SerializerMethodField()
    stages = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = CrmMapping
        fields = ("id", "name", "preset", "columns", "stages", "created_at")

    @extend_schema_field(CrmColumnSerializer(many=True))
    def get_columns(self, mapping: CrmMapping) -> list[dict[str, str]]:
        """Return the columns in their order."""
        return [{"heading": heading, "deal_field": field} for heading, field in mapping.columns]


class CrmDealSerializer(serializers.Serializer[ExpansionTask]):
    """A task as the CRM's deal; `values` stand under the mapping's headings."""

    task = serializers.IntegerField(source="pk")
    values = serializers.SerializerMethodField()

    def get_values(self, task: ExpansionTask) -> dict[str, Any]:
        """Return the row by heading."""
        mapping = self.context["mapping"]
        row = mapping.row(deal_of(subject_of(task)))
        return {
            heading: value for (heading, _field), value in zip(mapping.columns, row, strict=True)
        }


class DealsQuerySerializer(serializers.Serializer[Any]):
    """Which tasks."""

    since = serializers.DateTimeField(
        required=False, help_text="those alone to which something happened after that moment"
    )


class CrmMappingsView(ApiView):
    """All mappings."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.INTEGRATIONS
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="crm_mappings_list",
        summary="Mappings of tasks to deals of a CRM",
        description="In the order of their names.",
        responses={200: CrmMappingSerializer(many=True)},
        tags=["crm"],
    )
    def get(self, request: Request) -> Response:
        """Return one page of mappings."""
        with as_vendor():
            return listed(self, request, CrmMapping.objects.all(), CrmMappingSerializer)

    @extend_schema(
        operation_id="crm_mappings_create",
        summary="Add a mapping with the names of a CRM",
        description="A name that is taken answers 409 `crm_mapping_name_taken`.",
        request=NewCrmMappingSerializer,
        responses={201: CrmMappingSerializer},
        tags=["crm"],
    )
    def post(self, request: Request) -> Response:
        """Add a mapping."""
        given = body_of(request, NewCrmMappingSerializer)
        with as_vendor():
            made = add_mapping(
                name=given["name"],
                preset=Preset(given["preset"]),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(CrmMappingSerializer(made).data, status=201)


class CrmMappingView(ApiView):
    """One mapping."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.INTEGRATIONS

    @extend_schema(
        operation_id="crm_mappings_read",
        summary="A mapping of tasks to deals",
        description="Its headings in their order.",
        responses={200: CrmMappingSerializer},
        tags=["crm"],
    )
    def get(self, request: Request, mapping_id: int) -> Response:
        """Return the mapping."""
        return Response(CrmMappingSerializer(_mapping(mapping_id)).data)

    @extend_schema(
        operation_id="crm_mappings_change",
        summary="Change headings and stages of a mapping",
        description=(
            "Given whole. A heading that stands twice, or no heading for the external id, is 400 "
            "`crm_mapping_unfit`."
        ),
        request=CrmMappingBodySerializer,
        responses={200: CrmMappingSerializer},
        tags=["crm"],
    )
    def put(self, request: Request, mapping_id: int) -> Response:
        """Change the mapping."""
        found = _mapping(mapping_id)
        given = body_of(request, CrmMappingBodySerializer)
        with as_vendor():
            changed = change_mapping(
                mapping_id=found.pk,
                columns=[(each["heading"], each["deal_field"]) for each in given["columns"]],
                stages=given["stages"],
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(CrmMappingSerializer(changed).data)


class CrmDealsView(ApiView):
    """Tasks as deals."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.INTEGRATIONS
    pagination_class = ordered_by("pk")

    @extend_schema(
        operation_id="crm_deals_list",
        summary="Tasks as deals, under the headings of a mapping",
        description="In the order of the tasks. A CRM upserts them by the external id.",
        parameters=[DealsQuerySerializer],
        responses={200: CrmDealSerializer(many=True)},
        tags=["crm"],
    )
    def get(self, request: Request, mapping_id: int) -> Response:
        """Return one page of deals."""
        mapping = _mapping(mapping_id).mapping()
        since = query_of(request, DealsQuerySerializer).get("since")
        with as_vendor():
            found = tasks_for_crm(since=since)
            return listed(self, request, found, CrmDealSerializer, context={"mapping": mapping})


def _mapping(mapping_id: int) -> CrmMapping:
    with as_vendor(), not_found():
        return CrmMapping.objects.get(pk=mapping_id)
