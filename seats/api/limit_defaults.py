"""Which limit organizations begin with, over the vendor's API."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.api.limits import PolicySerializer, policy_of_body
from seats.domain.limits import LimitMode
from seats.models import LimitDefault
from seats.services.limits import remove_default_limit, set_default_limit


class LimitDefaultSerializer(serializers.ModelSerializer[LimitDefault]):
    """What organizations begin with; empty is every plan, every segment."""

    plan = serializers.CharField(source="plan_code")
    limit = serializers.CharField()

    class Meta:
        model = LimitDefault
        fields = (
            *("id", "plan", "segment", "limit"),
            *("allowance_seats", "allowance_days", "at_end"),
        )


class NewLimitDefaultSerializer(PolicySerializer):
    """For whom a limit is the beginning."""

    plan = serializers.SlugField(
        max_length=50, default="", allow_blank=True, help_text="a plan's code; empty for every plan"
    )
    segment = serializers.ChoiceField(
        choices=Organization.Segment.choices,
        default="",
        allow_blank=True,
        help_text="empty for every segment",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a limit that lends nothing, or for no time."""
        if attrs["limit"] != LimitMode.HARD and not attrs["allowance_seats"]:
            raise serializers.ValidationError(
                {"allowance_seats": _("Say how many seats are lent, at least one.")}
            )
        if attrs["limit"] == LimitMode.SOFT and not attrs["allowance_days"]:
            raise serializers.ValidationError(
                {"allowance_days": _("Say for how many days seats are lent, at least one.")}
            )
        return attrs


class LimitDefaultsView(ApiView):
    """All defaults."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="limit_defaults_list",
        summary="Which limits organizations begin with",
        responses={200: LimitDefaultSerializer(many=True)},
        tags=["limits"],
    )
    def get(self, request: Request) -> Response:
        """Return the defaults."""
        with as_vendor():
            return all_of(LimitDefaultSerializer, LimitDefault.objects.all())

    @extend_schema(
        operation_id="limit_defaults_set",
        summary="Set which limit organizations begin with",
        description="In place of an earlier one of the plan and segment. Who has begun keeps "
        "theirs.",
        request=NewLimitDefaultSerializer,
        responses={201: LimitDefaultSerializer},
        tags=["limits"],
    )
    def post(self, request: Request) -> Response:
        """Set a default."""
        given = body_of(request, NewLimitDefaultSerializer)
        with as_vendor():
            made = set_default_limit(
                plan_code=given["plan"],
                segment=given["segment"],
                policy=policy_of_body(given),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
            return Response(LimitDefaultSerializer(made).data, status=201)


class LimitDefaultView(ApiView):
    """One default."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="limit_defaults_remove",
        summary="Remove a default",
        description="The next wider one holds from now on.",
        responses={204: None},
        tags=["limits"],
    )
    def delete(self, request: Request, limit_default_id: int) -> Response:
        """Remove the default."""
        with as_vendor(), not_found():
            remove_default_limit(
                default_id=limit_default_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)
