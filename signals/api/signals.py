"""`GET /api/v1/signals`."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiListView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import query_of
from accounts.domain.scopes import Area
from signals.api.context import context_of
from signals.api.serializers import SignalSerializer
from signals.models import DetectorKind, Signal


class SignalQuery(serializers.Serializer[Any]):
    """Which signals."""

    organization = serializers.CharField(
        required=False, help_text="external id, for vendor-wide keys"
    )
    status = serializers.ChoiceField(choices=Signal.Status.values, required=False)
    kind = serializers.ChoiceField(choices=DetectorKind.values, required=False)


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
        parameters=[SignalQuery],
        tags=["signals"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in the tenancy context of the key."""
        with context_of(request):
            return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the signals of the filters."""
        signals = Signal.objects.select_related("organization")
        wanted = query_of(self.request, SignalQuery)
        if "organization" in wanted:
            signals = signals.filter(organization__external_id=wanted["organization"])
        named = {name: wanted[name] for name in ("status", "kind") if name in wanted}
        return signals.filter(**named)
