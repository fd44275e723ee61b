"""What the vendor's finance does to a true-up over the API. Signing is for people."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.persons import refuse_keys
from accounts.api.reading import body_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.scopes import Area
from trueups.api.review import LineCommentSerializer
from trueups.api.serializers import TrueUpSerializer
from trueups.models import TrueUp
from trueups.services.finance import (
    answer_dispute,
    return_to_customer,
    void_true_up,
    waive_seats,
)
from trueups.services.review import comment_line


class VoidSerializer(serializers.Serializer[Any]):
    """Why nothing is charged."""

    reason = serializers.CharField(max_length=300)


class WaiverSerializer(VoidSerializer):
    """How many seats are not charged, and why; 0 takes a waiver back."""

    seats = serializers.IntegerField(min_value=0, max_value=1_000_000)


class ReturnSerializer(VoidSerializer):
    """Why it goes back to the customer, and for how many days."""

    days = serializers.IntegerField(min_value=1, max_value=60)


class DisputeAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a dispute."""

    answer = serializers.CharField(max_length=1000)


class RemarkSerializer(serializers.Serializer[Any]):
    """What the vendor says of a line."""

    text = serializers.CharField(max_length=1000)


class _FinanceView(ApiView):
    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS

    def common(self, request: Request, true_up_id: UUID) -> dict[str, Any]:
        """Return what every service is handed; inside the vendor's context."""
        found = get_object_or_404(TrueUp, pk=true_up_id)
        return {
            "organization_id": found.organization_id,
            "true_up_id": found.pk,
            "actor": caller_of(request).actor,
            "now": timezone.now(),
        }


def _answer(true_up_id: UUID) -> Response:
    found = TrueUp.objects.select_related("organization").get(pk=true_up_id)
    return Response(TrueUpSerializer(found).data)


class TrueUpWaiveView(_FinanceView):
    """Waiving."""

    @extend_schema(
        operation_id="true_up_waive",
        summary="Charge fewer seats",
        request=WaiverSerializer,
        responses={200: TrueUpSerializer},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID) -> Response:
        """Waive seats."""
        given = body_of(request, WaiverSerializer)
        with as_vendor():
            waive_seats(**self.common(request, true_up_id), **given)
            return _answer(true_up_id)


class TrueUpReturnView(_FinanceView):
    """Giving back."""

    @extend_schema(
        operation_id="true_up_return",
        summary="Give a true-up back to the customer",
        request=ReturnSerializer,
        responses={200: TrueUpSerializer},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID) -> Response:
        """Return it for more days of review."""
        given = body_of(request, ReturnSerializer)
        with as_vendor():
            return_to_customer(**self.common(request, true_up_id), **given)
            return _answer(true_up_id)


class TrueUpVoidView(_FinanceView):
    """Voiding."""

    @extend_schema(
        operation_id="true_up_void",
        summary="Void a true-up",
        description="Nothing is charged or credited for the quarter.",
        request=VoidSerializer,
        responses={200: TrueUpSerializer},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID) -> Response:
        """Void it."""
        given = body_of(request, VoidSerializer)
        with as_vendor():
            void_true_up(**self.common(request, true_up_id), **given)
            return _answer(true_up_id)


class TrueUpDisputeAnswerView(_FinanceView):
    """Answering a dispute."""

    @extend_schema(
        operation_id="true_up_dispute_answer",
        summary="Answer a dispute",
        request=DisputeAnswerSerializer,
        responses={200: LineCommentSerializer},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID, comment_id: int) -> Response:
        """Answer."""
        given = body_of(request, DisputeAnswerSerializer)
        with as_vendor(), not_found():
            answered = answer_dispute(
                comment_id=comment_id, **self.common(request, true_up_id), **given
            )
            return Response(LineCommentSerializer(answered).data)


class TrueUpRemarkView(_FinanceView):
    """Remarking."""

    @extend_schema(
        operation_id="true_up_remark",
        summary="Remark on a line",
        request=RemarkSerializer,
        responses={201: LineCommentSerializer},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID, line_id: int) -> Response:
        """Say something of the line, as the vendor."""
        given = body_of(request, RemarkSerializer)
        with as_vendor(), not_found():
            made = comment_line(
                line_id=line_id, is_by_vendor=True, **self.common(request, true_up_id), **given
            )
            return Response(LineCommentSerializer(made).data, status=201)


class TrueUpSignView(_FinanceView):
    """Signing, which no key can do."""

    @extend_schema(
        operation_id="true_up_sign",
        summary="Sign a true-up (always refused)",
        description="Always 409 `decided_by_a_person` with the `page` where a person of finance "
        "signs the total they read; above the vendor's amount a second person signs there too.",
        request=None,
        responses={409: OpenApiTypes.OBJECT},
        tags=["true-ups"],
    )
    def post(self, request: Request, true_up_id: UUID) -> Response:
        """Refuse, and say where it is signed."""
        with as_vendor():
            found = get_object_or_404(TrueUp, pk=true_up_id)
        raise refuse_keys(reverse("vendor_true_up", args=[found.pk]))
