"""Writes the steps of tasks and the versions of plays.

A task keeps the steps with which it opened; an edited play is for those that open later.
"""

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from signals.domain.business_time import BusinessCalendar, add_business_time
from signals.domain.plays import (
    LATEST_STEP,
    MOST_STEPS,
    PlayFault,
    PlayText,
    PlayTextWrong,
    check,
)
from signals.domain.tasks import Play
from signals.models import ExpansionTask, PlayVersion, TaskEvent, TaskStep
from signals.selectors.task_play import play_text
from signals.services.task_events import TaskCannotMove, locked_task, note


class PlayIsWrong(DomainError):
    """A play that no task could be worked by; `place` is that of `PlayTextWrong`."""

    code: ClassVar[str] = "play_is_wrong"
    status: ClassVar[int] = 422

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


class PlayChangedMeanwhile(DomainError):
    """Somebody else saved a version after the form was opened."""

    code: ClassVar[str] = "play_changed_meanwhile"


def make_steps(task: ExpansionTask, calendar: BusinessCalendar) -> None:
    """Copy the play's steps into a new task, each with its due time."""
    text, _version = play_text(Play(task.play))
    TaskStep.objects.bulk_create(
        [
            TaskStep(
                organization_id=task.organization_id,
                task=task,
                position=position,
                text=dict(step.text),
                due_at=add_business_time(
                    calendar, task.created_at, step.days * calendar.day_length
                ),
            )
            for position, step in enumerate(text.steps, start=1)
        ]
    )


def tick_step(
    *, organization_id: int, task_id: int, position: int, is_done: bool, actor: Actor, now: datetime
) -> TaskStep:
    """Tick a step of a live task, or take the tick back. The first tick is the first action.

    Raises TaskCannotMove, ExpansionTask.DoesNotExist, TaskStep.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = locked_task(organization_id, task_id)
        if not task.is_live:
            raise TaskCannotMove(_("This task is closed."))
        step = TaskStep.objects.get(task=task, position=position)
        if (step.done_at is not None) == is_done:
            return step
        step.done_at = now if is_done else None
        step.done_by_label = actor.label[:200] if is_done else ""
        step.save(update_fields=["done_at", "done_by_label"])
        if is_done and task.first_action_at is None:
            task.first_action_at = now
            task.save(update_fields=["first_action_at"])
        note(
            task,
            TaskEvent.Kind.STEP,
            now,
            actor=actor,
            facts={"position": position, "done": is_done, "text": step.text},
        )
        return step


def save_play(
    *, play: Play, text: PlayText, version_before: int, actor: Actor, now: datetime
) -> PlayVersion:
    """Write the next version of a play. Raises PlayIsWrong, PlayChangedMeanwhile."""
    try:
        check(text)
    except PlayTextWrong as error:
        raise PlayIsWrong(_words_of(error), error.place) from error
    try:
        with transaction.atomic():
            saved = PlayVersion.objects.create(
                play=play,
                version=version_before + 1,
                text=text.as_json(),
                at=now,
                actor_label=actor.label[:200],
            )
            record(
                actor=actor,
                verb="play_changed",
                subject=saved,
                organization_id=None,
                now=now,
                changes={"version": [version_before, saved.version]},
            )
            return saved
    except IntegrityError as error:
        raise PlayChangedMeanwhile(
            _("Somebody else changed this play meanwhile. Look at it, and save again.")
        ) from error


def _words_of(error: PlayTextWrong) -> str:
    match error.fault:
        case PlayFault.NO_STEP:
            return _("A play needs a step.")
        case PlayFault.TOO_MANY_STEPS:
            return _("A play has %(most)s steps at most.") % {"most": MOST_STEPS}
        case PlayFault.STEP_WITHOUT_ENGLISH:
            return _("Every step needs a text in English.")
        case PlayFault.STEP_OUT_OF_RANGE:
            return _("A step is due after 0 to %(most)s business days.") % {"most": LATEST_STEP}
        case PlayFault.MAIL_WITHOUT_ENGLISH:
            return _("The mail needs a text in English.")
        case PlayFault.MAIL_INCOMPLETE:
            return _("A mail needs a subject and a text.")
        case PlayFault.UNKNOWN_FIELD:
            return _("Nothing fills {%(name)s}.") % {"name": error.name}
