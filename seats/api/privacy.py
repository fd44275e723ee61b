"""What an organization shows of its people's usage, over the API."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.domain.privacy import Visibility
from seats.services.privacy import LONGEST_REASON, choose_visibility


class PrivacySerializer(serializers.Serializer[Any]):
    """Each person's usage, or totals only."""

    usage_visibility = serializers.ChoiceField(choices=Organization.UsageVisibility.choices)


class ChosenPrivacySerializer(PrivacySerializer):
    """A choice; showing people again needs a reason, which everybody can read."""

    reason = serializers.CharField(max_length=LONGEST_REASON, default="", allow_blank=True)


class PrivacyView(ApiView):
    """What is shown of usage."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="privacy_read",
        summary="What is shown of people's usage",
        responses={200: PrivacySerializer},
        tags=["organizations"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the choice."""
        return Response({"usage_visibility": organization.usage_visibility})

    @extend_schema(
        operation_id="privacy_choose",
        summary="Choose what is shown of people's usage",
        description="For everybody, from the next request on. Showing people again without a "
        "`reason` answers 422 `reason_needed`.",
        request=ChosenPrivacySerializer,
        responses={200: PrivacySerializer},
        tags=["organizations"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Choose."""
        given = body_of(request, ChosenPrivacySerializer)
        chosen = choose_visibility(
            organization_id=organization.pk,
            visibility=Visibility(given["usage_visibility"]),
            reason=given["reason"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response({"usage_visibility": chosen.usage_visibility})
