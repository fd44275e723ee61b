"""The scheduled jobs with their last run, and the mail that waits or is in doubt."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from celery.schedules import crontab
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.headroom import number
from signals.models import JobRun, Notification

_NAMES: Final[dict[str, Promise]] = {
    "seats.tasks.roll_up_usage": gettext_lazy("Count usage"),
    "signals.tasks.scan_organizations": gettext_lazy("Look for signals"),
    "signals.tasks.scan_findings": gettext_lazy("Look for findings"),
    "signals.tasks.try_rules": gettext_lazy("Try settings of rules"),
    "signals.tasks.work_sharing": gettext_lazy("Take usage in for shared accounts"),
    "signals.tasks.score_sharing": gettext_lazy("Score every account"),
    "signals.tasks.deliver_notifications": gettext_lazy("Send messages"),
    "signals.tasks.send_digests": gettext_lazy("Send digests"),
    "signals.tasks.judge_rules": gettext_lazy("Judge the rules"),
    "integrations.tasks.send_deliveries": gettext_lazy("Tell other systems"),
    "billing.tasks.process_webhook_inbox": gettext_lazy("Work off Stripe's events"),
    "billing.tasks.fetch_missed_events": gettext_lazy("Fetch events that Stripe did not deliver"),
    "billing.tasks.sweep_purchases": gettext_lazy("Finish interrupted purchases"),
    "billing.tasks.expire_purchases": gettext_lazy("Expire purchases"),
    "billing.tasks.reconcile": gettext_lazy("Reconcile with Stripe"),
    "seats.tasks.snapshot_utilization": gettext_lazy("Keep the day's utilization"),
    "seats.tasks.make_partitions": gettext_lazy("Make room for events"),
    "accounts.tasks.forget_what_is_over": gettext_lazy("Let go of what is over"),
    "signals.tasks.delete_people": gettext_lazy("Delete people whose day has come"),
    "seats.tasks.check_drift": gettext_lazy("Count a sample of usage again"),
    "seats.tasks.work_rebuilds": gettext_lazy("Count ordered days again"),
    "seats.tasks.work_overage": gettext_lazy("Let seats beyond the purchased ones end"),
    "signals.tasks.remind_of_tasks": gettext_lazy("Remind of tasks"),
    "accounts.tasks.end_support": gettext_lazy("End support inside organizations"),
    "accounts.tasks.seal_histories": gettext_lazy("Seal the history"),
    "accounts.tasks.verify_histories": gettext_lazy("Check the history's seals"),
    "sso.tasks.recheck_domains": gettext_lazy("Look for the records of domains"),
    "sso.tasks.watch_connections": gettext_lazy("Watch connections for sign-in"),
    "billing.tasks.sweep_starts": gettext_lazy("Finish interrupted beginnings"),
    "billing.tasks.run_dunning": gettext_lazy("Follow up unpaid invoices"),
    "billing.tasks.collect_months": gettext_lazy("Invoice small additions of past months"),
    "billing.tasks.resume_reconciliation": gettext_lazy("Go on with interrupted reconciliations"),
    "billing.tasks.work_price_moves": gettext_lazy("Move subscribers to other prices"),
    "procurement.tasks.sweep_requests": gettext_lazy("Finish interrupted requests"),
    "procurement.tasks.follow_up_requests": gettext_lazy("Remind approvers"),
    "procurement.tasks.remind_plans": gettext_lazy("Remind of plans"),
    "trueups.tasks.run_true_ups": gettext_lazy("Run true-ups"),
    "trueups.tasks.settle_true_ups": gettext_lazy("Settle true-ups"),
    "trueups.tasks.keep_marks": gettext_lazy("Keep the most seats of each day"),
    "seats.tasks.sweep_people_exports": gettext_lazy("Finish interrupted exports"),
    "seats.tasks.count_summaries": gettext_lazy("Count what people are sorted by"),
    "seats.tasks.count_page_figures": gettext_lazy("Count what large pages show"),
    "seats.tasks.forget_changes": gettext_lazy("Forget changes that were looked at"),
    "seats.tasks.send_weekly_mails": gettext_lazy("Send weekly mails"),
}
_MISSED: Final = 3


@dataclass(frozen=True, slots=True)
class JobRow:
    """A scheduled job, and how it stands (a word and a kind of badge)."""

    name: str
    task: str
    schedule: str
    run: JobRun | None
    next_run_at: datetime | None
    label: str
    kind: str

    @property
    def seconds(self) -> float | None:
        """How long the last run took."""
        return (
            None
            if self.run is None or self.run.duration_ms is None
            else self.run.duration_ms / 1000
        )


def job_rows(schedules: dict[str, Any], *, now: datetime) -> list[JobRow]:
    """Return the jobs of the schedule with their last run, troubled ones first."""
    runs = {run.job: run for run in JobRun.objects.all()}
    rows = [
        JobRow(
            name=job_name(task),
            task=task,
            schedule=schedule_in_words(schedule),
            run=runs.get(task),
            next_run_at=_next_run(schedule, runs.get(task), now),
            **_standing(runs.get(task), schedule, now),
        )
        for task, schedule in schedules.items()
    ]
    order = ("bad", "warn", "none", "good")
    return sorted(rows, key=lambda row: (order.index(row.kind), row.name))


def _standing(run: JobRun | None, schedule: Any, now: datetime) -> dict[str, str]:
    if run is None:
        return {"label": _("not run yet"), "kind": "none"}
    if run.state == JobRun.State.FAILED:
        return {"label": _("failed"), "kind": "bad"}
    if now - run.started_at > _every(schedule) * _MISSED + timedelta(minutes=5):
        return {"label": _("late"), "kind": "warn"}
    return {"label": run.get_state_display(), "kind": "good"}


def _next_run(schedule: Any, run: JobRun | None, now: datetime) -> datetime | None:
    """Return when a job is due next; one that never ran and has no clock time is due at once."""
    if not isinstance(schedule, crontab):
        return None if run is None else max(now, run.started_at + timedelta(seconds=schedule))
    hours: set[int] = vars(schedule)["hour"]
    minutes: set[int] = vars(schedule)["minute"]
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    times = (
        midnight + timedelta(days=day, hours=hour, minutes=minute)
        for day in (0, 1)
        for hour in sorted(hours)
        for minute in sorted(minutes)
    )
    return next((at for at in times if at > now), None)


def _every(schedule: Any) -> timedelta:
    if not isinstance(schedule, crontab):
        return timedelta(seconds=schedule)
    # Celery expands what was written into sets of hours and minutes.
    hours: set[int] = vars(schedule)["hour"]
    minutes: set[int] = vars(schedule)["minute"]
    return timedelta(hours=1) / len(minutes) if len(hours) == 24 else timedelta(days=1)


def job_name(task: str) -> str:
    """Return what people call a task; its own name where it has none."""
    return str(_NAMES.get(task, task))


def schedule_in_words(schedule: Any) -> str:
    """Return how often something runs, of seconds or of a crontab."""
    if isinstance(schedule, crontab):
        # Celery expands what was written into sets of hours and minutes.
        hours: set[int] = vars(schedule)["hour"]
        minutes: set[int] = vars(schedule)["minute"]
        minute = min(minutes)
        if len(hours) == 24 and len(minutes) > 1:
            return _every_minutes(60 // len(minutes))
        if len(hours) == 24:
            return _("every hour, at minute %(minute)s") % {"minute": number(minute)}
        return _("daily at %(time)s UTC") % {"time": f"{min(hours):02d}:{minute:02d}"}
    seconds = round(float(schedule))
    if seconds % 60 == 0:
        return _every_minutes(seconds // 60)
    return ngettext("every second", "every %(n)s seconds", seconds) % {"n": number(seconds)}


def _every_minutes(n: int) -> str:
    return ngettext("every minute", "every %(n)s minutes", n) % {"n": number(n)}


def mail_counts() -> dict[str, int]:
    """Return how many messages are in each state of delivery."""
    counted = Notification.objects.order_by().values("state").annotate(count=Count("pk"))
    found = {row["state"]: row["count"] for row in counted}
    return {state.value: found.get(state.value, 0) for state in Notification.State}
