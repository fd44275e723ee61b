"""`GET /api/v1/tasks`, `PATCH /api/v1/tasks/{id}`: the vendor's own, for vendor-wide keys."""

from typing import Any, ClassVar

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiListView, ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import query_of
from accounts.api.tenancy import caller_of
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.services.history import Actor
from signals.api.context import context_of
from signals.api.serializers import TaskSerializer
from signals.domain.tasks import TaskState
from signals.models import ExpansionTask, PlayChoice
from signals.services.crm import note_deal
from signals.services.task_work import assign_task, may_own_tasks, move_task, snooze_task


class TaskQuery(serializers.Serializer[Any]):
    """Which tasks."""

    organization = serializers.CharField(required=False, help_text="external id")
    state = serializers.ChoiceField(choices=ExpansionTask.State.values, required=False)
    play = serializers.ChoiceField(choices=PlayChoice.values, required=False)
    owner = serializers.CharField(required=False, help_text="e-mail address; `queue` for none")
    segment = serializers.ChoiceField(choices=Organization.Segment.values, required=False)
    due_before = serializers.DateTimeField(required=False, help_text="due before that moment")
    waiting_for_room = serializers.BooleanField(
        required=False, help_text="held until the owner has room"
    )


class TaskList(ApiListView[ExpansionTask]):
    """Expansion tasks, the latest first."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    serializer_class = TaskSerializer

    @extend_schema(
        operation_id="list_tasks",
        summary="List expansion tasks",
        description="What the vendor's account managers work on; needs a vendor-wide key.",
        parameters=[TaskQuery],
        tags=["signals"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in the staff context of the key."""
        with context_of(request):
            return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the tasks of the filters."""
        tasks = ExpansionTask.objects.select_related("organization", "owner")
        wanted = query_of(self.request, TaskQuery)
        named = {name: wanted[name] for name in ("state", "play") if name in wanted}
        tasks = tasks.filter(**named)
        if "organization" in wanted:
            tasks = tasks.filter(organization__external_id=wanted["organization"])
        if owner := wanted.get("owner"):
            tasks = tasks.filter(
                Q(owner__isnull=True) if owner == "queue" else Q(owner__email__iexact=owner)
            )
        if "segment" in wanted:
            tasks = tasks.filter(organization__segment=wanted["segment"])
        if "due_before" in wanted:
            tasks = tasks.filter(due_at__lt=wanted["due_before"])
        if "waiting_for_room" in wanted:
            tasks = tasks.filter(held_since__isnull=not wanted["waiting_for_room"])
        return tasks


class TaskChange(serializers.Serializer[dict[str, Any]]):
    """What may be changed: one of state, owner, snoozed_until; or what a CRM says of the deal."""

    state = serializers.ChoiceField(
        choices=[s for s in ExpansionTask.State.values if s != "open"], required=False
    )
    outcome = serializers.CharField(
        required=False, default="", help_text="compulsory with a state that closes the task"
    )
    barrier = serializers.CharField(required=False, default="")
    reason = serializers.CharField(required=False, default="", max_length=300)
    not_before = serializers.DateField(required=False, help_text="with `not_now`: ask again on")
    owner = serializers.EmailField(
        required=False, allow_null=True, help_text="e-mail address; null for the queue"
    )
    snoozed_until = serializers.DateField(required=False)
    crm_id = serializers.CharField(
        required=False, max_length=100, allow_blank=True, help_text="the deal's id in the CRM"
    )
    crm_stage = serializers.CharField(
        required=False, max_length=100, allow_blank=True, help_text="the deal's stage in the CRM"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and several."""
        moves = sum(name in attrs for name in ("state", "owner", "snoozed_until"))
        is_crms = "crm_id" in attrs or "crm_stage" in attrs
        if moves != (0 if is_crms else 1):
            raise serializers.ValidationError(
                {
                    "state": _(
                        "Send one of state, owner and snoozed_until, or the deal's id and stage."
                    )
                }
            )
        return attrs


class TaskView(ApiView):
    """One expansion task."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    needs_match: ClassVar = frozenset({"patch"})

    @extend_schema(
        operation_id="read_task",
        summary="Read an expansion task",
        responses={200: TaskSerializer},
        tags=["signals"],
    )
    def get(self, request: Request, task_id: int) -> Response:
        """Return the task."""
        with context_of(request):
            tasks = ExpansionTask.objects.select_related("organization", "owner")
            found = get_object_or_404(tasks, pk=task_id)
            return Response(TaskSerializer(found, context={"request": request}).data)

    @extend_schema(
        operation_id="change_task",
        summary="Change an expansion task",
        description=(
            "Moves a task, gives it to an owner, or lets it sleep. Closing needs an outcome of "
            "that end and a reason; a task sleeps 30 days at most, twice at most. Or keeps the id "
            "and stage of its deal in a CRM."
        ),
        request=TaskChange,
        responses={200: TaskSerializer},
        tags=["signals"],
    )
    def patch(self, request: Request, task_id: int) -> Response:
        """Change the task in one transaction."""
        wanted = TaskChange(data=request.data)
        wanted.is_valid(raise_exception=True)
        with context_of(request):
            found = get_object_or_404(ExpansionTask, pk=task_id)
        change = wanted.validated_data
        actor = Actor(label=f"API key {caller_of(request).api_key.name}"[:200])
        at: dict[str, Any] = {
            "organization_id": found.organization_id,
            "task_id": found.pk,
            "actor": actor,
            "now": timezone.now(),
        }
        if "crm_id" in change or "crm_stage" in change:
            task = note_deal(
                organization_id=found.organization_id,
                task_id=found.pk,
                crm_id=change.get("crm_id"),
                crm_stage=change.get("crm_stage"),
            )
        elif "owner" in change:
            task = assign_task(**at, owner_id=_owner_id(change["owner"]))
        elif "snoozed_until" in change:
            task = snooze_task(**at, until=change["snoozed_until"])
        else:
            task = move_task(
                **at,
                to=TaskState(change["state"]),
                outcome=change["outcome"],
                barrier=change["barrier"],
                reason=change["reason"],
                until=change.get("not_before"),
            )
        with context_of(request):
            return Response(TaskSerializer(task, context={"request": request}).data)


def _owner_id(email: str | None) -> int | None:
    if email is None:
        return None
    owner = may_own_tasks().filter(email__iexact=email).first()
    # 0 is nobody's: the service answers that nobody of that address may own tasks.
    return owner.pk if owner else 0
