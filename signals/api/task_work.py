"""What is done to one task over the API: undone, merged, its steps ticked; and its timeline."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.scopes import Area
from signals.api.serializers import TaskSerializer
from signals.models import ExpansionTask, TaskEvent, TaskStep
from signals.services.steps import tick_step
from signals.services.task_work import merge_tasks, undo_last


class TaskStepSerializer(serializers.ModelSerializer[TaskStep]):
    """A step of a task; `text` by language."""

    class Meta:
        model = TaskStep
        fields = ("position", "text", "due_at", "done_at", "done_by_label")


class TaskEventSerializer(serializers.ModelSerializer[TaskEvent]):
    """One thing that happened to a task."""

    actor = serializers.CharField(source="actor_label")

    class Meta:
        model = TaskEvent
        fields = ("id", "at", "kind", "actor", "state_from", "state_to", "note")


class TickSerializer(serializers.Serializer[Any]):
    """Whether a step is done."""

    is_done = serializers.BooleanField()


class MergeSerializer(serializers.Serializer[Any]):
    """Into which task of the same organization."""

    into = serializers.IntegerField(min_value=1)


def task_named(task_id: int) -> ExpansionTask:
    """Return a task of any organization, or raise Http404; inside the vendor's context."""
    return get_object_or_404(ExpansionTask.objects.select_related("organization"), pk=task_id)


def task_answer(request: Request, task: ExpansionTask) -> Response:
    """Return the task as it stands; inside the vendor's context."""
    found = ExpansionTask.objects.select_related("organization", "owner").get(pk=task.pk)
    return Response(TaskSerializer(found, context={"request": request}).data)


class TaskUndoView(ApiView):
    """Taking back."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="task_undo",
        summary="Take back what was just done to a task",
        description="A move, a snooze or an assignment by a key of the same name, a moment ago. "
        "Answers 409 `task_cannot_be_undone`.",
        request=None,
        responses={200: TaskSerializer},
        tags=["signals"],
    )
    def post(self, request: Request, task_id: int) -> Response:
        """Undo the last change."""
        with as_vendor():
            task = task_named(task_id)
            undo_last(
                organization_id=task.organization_id,
                task_id=task.pk,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
            return task_answer(request, task)


class TaskMergeView(ApiView):
    """Merging."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="task_merge",
        summary="Merge a task into another one",
        description="Both live and of one organization; the earlier due time and the higher value "
        "hold. Answers with the task that goes on.",
        request=MergeSerializer,
        responses={200: TaskSerializer},
        tags=["signals"],
    )
    def post(self, request: Request, task_id: int) -> Response:
        """Merge the task."""
        into = body_of(request, MergeSerializer)["into"]
        with as_vendor():
            task = task_named(task_id)
            if not ExpansionTask.objects.filter(
                pk=into, organization_id=task.organization_id
            ).exists():
                raise serializers.ValidationError(
                    {"into": ["Name a task of the same organization."]}
                )
            merged = merge_tasks(
                organization_id=task.organization_id,
                task_id=task.pk,
                into_id=into,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
            return task_answer(request, merged)


class TaskStepsView(ApiView):
    """The steps of a task."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="task_steps",
        summary="Steps of a task",
        responses={200: TaskStepSerializer(many=True)},
        tags=["signals"],
    )
    def get(self, request: Request, task_id: int) -> Response:
        """Return the steps in order."""
        with as_vendor():
            found = task_named(task_id).steps.order_by("position")
            return all_of(TaskStepSerializer, found)


class TaskStepView(ApiView):
    """One step."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="task_step_tick",
        summary="Tick a step, or take the tick back",
        description="The first tick is the first action. Answers 409 `task_cannot_move` for a "
        "closed task.",
        request=TickSerializer,
        responses={200: TaskStepSerializer},
        tags=["signals"],
    )
    def put(self, request: Request, task_id: int, position: int) -> Response:
        """Tick the step."""
        given = body_of(request, TickSerializer)
        with as_vendor(), not_found():
            step = tick_step(
                organization_id=task_named(task_id).organization_id,
                task_id=task_id,
                position=position,
                actor=caller_of(request).actor,
                now=timezone.now(),
                **given,
            )
            return Response(TaskStepSerializer(step).data)


class TaskEventsView(ApiView):
    """The timeline of a task."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="task_events",
        summary="What happened to a task",
        description="Oldest first.",
        responses={200: TaskEventSerializer(many=True)},
        tags=["signals"],
    )
    def get(self, request: Request, task_id: int) -> Response:
        """Return the timeline."""
        with as_vendor():
            return all_of(TaskEventSerializer, task_named(task_id).events.all())
