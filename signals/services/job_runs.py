"""Records how scheduled jobs run. Does not own: running them (Celery) or their schedule (config).

Written outside of the job's own transaction: a job that fails must still be seen.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from signals.models import JobRun

_RESULT_LENGTH = 300


def start_job_run(*, job: str, now: datetime) -> None:
    """Note that `job` began at `now`."""
    JobRun.objects.update_or_create(
        job=job,
        defaults={
            "state": JobRun.State.RUNNING,
            "started_at": now,
            "finished_at": None,
            "duration_ms": None,
        },
    )


def finish_job_run(
    *, job: str, started_at: datetime, now: datetime, result: object = None, error: str = ""
) -> None:
    """Note that the run that began at `started_at` ended at `now`, well or with `error`."""
    succeeded = not error
    changes: dict[str, object] = {
        "state": JobRun.State.SUCCEEDED if succeeded else JobRun.State.FAILED,
        "finished_at": now,
        "duration_ms": max(0, round((now - started_at).total_seconds() * 1000)),
        "result": describe_result(result)[:_RESULT_LENGTH] if succeeded else "",
        "runs": F("runs") + 1,
    }
    if succeeded:
        changes["succeeded_at"] = now
    else:
        changes |= {
            "failed_at": now,
            "failures": F("failures") + 1,
            "last_error": error[:_RESULT_LENGTH],
        }
    JobRun.objects.filter(job=job).update(**changes)


def describe_result(result: object) -> str:
    """Return what a job returned as words: counts that are not zero, or the text itself."""
    if result is None:
        return ""
    if isinstance(result, Mapping):
        return ", ".join(
            f"{str(name).replace('_', ' ')}: {value}" for name, value in result.items() if value
        )
    return str(result)
