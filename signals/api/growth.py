"""How accounts grew over the API: each increase of seats with its pattern, read or chosen."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import not_found, of_organization, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from signals.domain.growth import GrowthPattern
from signals.selectors.account_map import Increase, increases
from signals.services.notes import choose_growth

_PATTERNS = [pattern.value for pattern in GrowthPattern]


class IncreaseSerializer(serializers.Serializer[Increase]):
    """An increase of seats; `id` is that of its entry in the ledger."""

    id = serializers.IntegerField(source="entry.pk")
    sequence = serializers.IntegerField(source="entry.sequence", help_text="as in the seat ledger")
    effective_at = serializers.DateTimeField(source="entry.effective_at")
    seats_delta = serializers.IntegerField(source="entry.seats_delta")
    pattern = serializers.ChoiceField(choices=_PATTERNS)
    chosen_by = serializers.CharField(help_text="who said so; empty where a rule read it")


class ChosenPatternSerializer(serializers.Serializer[Any]):
    """How it grew."""

    pattern = serializers.ChoiceField(choices=_PATTERNS)


class GrowthView(ApiView):
    """The increases of an account."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="growth_list",
        summary="How an account grew",
        description=(
            "The latest increases of seats, newest first, each with its pattern: what somebody "
            "chose, else what is read from who got a seat afterwards. Takes a vendor-wide key."
        ),
        responses={200: IncreaseSerializer(many=True)},
        tags=["accounts"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the increases."""
        return all_of(IncreaseSerializer, increases(organization.pk))


class IncreaseView(ApiView):
    """One of them."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="growth_choose",
        summary="Say how an account grew by an increase",
        description="Over what the rule read; the latest choice holds. Takes a vendor-wide key.",
        request=ChosenPatternSerializer,
        responses={204: None},
        tags=["accounts"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, ledger_entry_id: int) -> Response:
        """Keep the choice."""
        pattern = GrowthPattern(body_of(request, ChosenPatternSerializer)["pattern"])
        with not_found():
            choose_growth(
                organization_id=organization.pk,
                entry_id=ledger_entry_id,
                pattern=pattern,
                **signed(request),
            )
        return Response(status=204)
