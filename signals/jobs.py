"""Connects Celery's own run hooks to the record of scheduled jobs.

Every task of the beat schedule is recorded, whichever app it lives in, so that the lower apps need
not know of it. Does not own: what is written (`services.job_runs`).
"""

from datetime import datetime
from typing import Any

import structlog
from celery import Task, current_app
from celery.signals import task_postrun, task_prerun
from django.db import DatabaseError, connection
from django.utils import timezone

from signals.services.job_runs import finish_job_run, start_job_run

logger = structlog.get_logger(__name__)
_started: dict[str, datetime] = {}


def scheduled_jobs() -> dict[str, Any]:
    """Return the beat schedule: the schedule of each job by the name of its task."""
    return {entry["task"]: entry["schedule"] for entry in current_app.conf.beat_schedule.values()}


def connect() -> None:
    """Record every run from now on, in this process."""
    task_prerun.connect(_before, dispatch_uid="signals.jobs.before")
    task_postrun.connect(_after, dispatch_uid="signals.jobs.after")


def _before(*, task_id: str, task: Task[..., Any], **_: Any) -> None:
    if task.name not in scheduled_jobs() or connection.needs_rollback:
        return
    now = timezone.now()
    _started[task_id] = now
    _safely(start_job_run, job=task.name, now=now)


def _after(*, task_id: str, task: Task[..., Any], state: str, retval: Any, **_: Any) -> None:
    started_at = _started.pop(task_id, None)
    if started_at is None or connection.needs_rollback:
        return
    error = f"{type(retval).__name__}: {retval}" if isinstance(retval, BaseException) else ""
    if state != "SUCCESS" and not error:
        error = state
    _safely(
        finish_job_run,
        job=task.name,
        started_at=started_at,
        now=timezone.now(),
        result=retval,
        error=error,
    )


def _safely(record: Any, **values: Any) -> None:
    # The record serves people; a job must not fail because it could not be written.
    try:
        record(**values)
    except DatabaseError:
        logger.exception("job_run_not_recorded", job=values["job"])
