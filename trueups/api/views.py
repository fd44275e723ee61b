"""`GET /api/v1/true-ups`: for the vendor's accounting system, with vendor-wide keys alone."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiListView, ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.tenancy import VENDOR_KEY_USER_ID
from accounts.domain.roles import StaffScope
from accounts.domain.scopes import Area
from accounts.tenancy import staff_context
from trueups.api.serializers import CloseSerializer, TrueUpDetailSerializer, TrueUpSerializer
from trueups.models import TrueUp
from trueups.selectors import register
from trueups.selectors.close import Days, close_of

_QUARTER = OpenApiParameter("quarter", str, description="such as `2026-Q3`")


class TrueUpList(ApiListView[TrueUp]):
    """True-ups of all organizations."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS
    serializer_class = TrueUpSerializer

    @extend_schema(
        operation_id="list_true_ups",
        summary="List true-ups",
        description="Of a quarter and a state, what waits for finance first.",
        parameters=[_QUARTER, OpenApiParameter("state", str, enum=TrueUp.State.values)],
        tags=["true-ups"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in the staff context of the key."""
        state = request.query_params.get("state", "")
        if state and state not in TrueUp.State.values:
            known = ", ".join(TrueUp.State.values)
            raise exceptions.ValidationError({"state": f"Use one of {known}."})
        with staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL):
            return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the true-ups of the filters."""
        wanted = self.request.query_params
        return register.true_ups(
            state=wanted.get("state", ""), quarter=wanted.get("quarter", "")[:20]
        )


class TrueUpView(ApiView):
    """One true-up with everything that belongs to it."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up",
        summary="A true-up with lines, evidence in numbers, and both sides of its settlement",
        responses={200: TrueUpDetailSerializer},
        tags=["true-ups"],
    )
    def get(self, request: Request, true_up_id: UUID) -> Response:
        """Return the true-up."""
        with staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL):
            true_up = get_object_or_404(
                TrueUp.objects.select_related("organization").prefetch_related("lines"),
                pk=true_up_id,
            )
            return Response(TrueUpDetailSerializer(true_up).data)


class CloseView(ApiView):
    """The close of a quarter."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_close",
        summary="The close of a quarter over all organizations",
        description="Every true-up with its money, and totals that add up, for each currency and "
        "the days of the quarter.",
        parameters=[
            OpenApiParameter("quarter", str, required=True, description="such as `2026-Q3`"),
            OpenApiParameter(
                "days",
                {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d$"},
                description="only quarters of these days, such as `2026-07-01/2026-09-30`; "
                "fiscal years of other months have other days for the same name",
            ),
        ],
        responses={200: CloseSerializer},
        tags=["true-ups"],
    )
    def get(self, request: Request) -> Response:
        """Return rows and totals."""
        quarter = request.query_params.get("quarter", "").strip()[:20]
        if not quarter:
            raise exceptions.ValidationError({"quarter": "Name a quarter, such as 2026-Q3."})
        named = request.query_params.get("days", "").strip()
        days = Days.read(named)
        if named and days is None:
            raise exceptions.ValidationError(
                {"days": "Name the first and the last day, such as 2026-07-01/2026-09-30."}
            )
        with staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL):
            return Response(CloseSerializer(close_of(quarter, days)).data)
