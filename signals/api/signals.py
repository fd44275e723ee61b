"""`GET /api/v1/signals`."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiListView
from accounts.api.permissions import ANY_KEY
from accounts.domain.scopes import Area
from signals.api.context import context_of
from signals.api.serializers import SignalSerializer
from signals.models import DetectorKind, Signal


class SignalList(ApiListView[Signal]):
    """Signals, the latest first."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SIGNALS
    serializer_class = SignalSerializer

    @extend_schema(
        operation_id="list_signals",
        summary="List signals",
        description=(
            "Alerts and findings, the latest first. A key of an organization sees its own, a "
            "vendor-wide key those of all organizations."
        ),
        parameters=[
            OpenApiParameter("organization", str, description="external id, for vendor-wide keys"),
            OpenApiParameter("status", str, enum=Signal.Status.values),
            OpenApiParameter("kind", str, enum=DetectorKind.values),
        ],
        tags=["signals"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in the tenancy context of the key."""
        with context_of(request):
            return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the signals of the filters."""
        signals = Signal.objects.select_related("organization")
        wanted = self.request.query_params
        if organization := wanted.get("organization"):
            signals = signals.filter(organization__external_id=organization)
        if status := wanted.get("status"):
            signals = signals.filter(status=status)
        if kind := wanted.get("kind"):
            signals = signals.filter(kind=kind)
        return signals
