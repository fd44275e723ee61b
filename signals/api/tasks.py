"""`GET /api/v1/tasks`: the vendor's own work, for vendor-wide keys alone."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.permissions import VENDOR_KEY
from signals.api.context import context_of
from signals.api.serializers import TaskSerializer
from signals.models import ExpansionTask, PlayChoice


class TaskList(ListAPIView[ExpansionTask]):
    """Expansion tasks, the latest first."""

    access = VENDOR_KEY
    serializer_class = TaskSerializer

    @extend_schema(
        operation_id="list_tasks",
        summary="List expansion tasks",
        description="What the vendor's account managers work on; needs a vendor-wide key.",
        parameters=[
            OpenApiParameter("organization", str, description="external id"),
            OpenApiParameter("state", str, enum=ExpansionTask.State.values),
            OpenApiParameter("play", str, enum=PlayChoice.values),
        ],
        tags=["signals"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in the staff context of the key."""
        with context_of(request):
            return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the tasks of the filters."""
        tasks = ExpansionTask.objects.select_related("organization", "owner")
        wanted = self.request.query_params
        if organization := wanted.get("organization"):
            tasks = tasks.filter(organization__external_id=organization)
        if state := wanted.get("state"):
            tasks = tasks.filter(state=state)
        if play := wanted.get("play"):
            tasks = tasks.filter(play=play)
        return tasks
