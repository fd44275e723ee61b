"""The Celery application and the beat schedule (in code, so that a deployment needs no table)."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    setup_logging,
    worker_init,
    worker_process_shutdown,
    worker_shutdown,
)
from django_structlog.celery.steps import DjangoStructLogInitStep

from config import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("headroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def configure_logging(**_: object) -> None:
    """Use Django's logging for workers too; Celery would otherwise install its own."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_init.connect
def start_tracing(**_: object) -> None:
    """Trace what a worker does. Beat only says when: a scheduled task begins its own trace."""
    tracing.start("headroom-worker")


@worker_process_shutdown.connect
@worker_shutdown.connect
def flush_traces(**_: object) -> None:
    """Send the spans of the last tasks, of a pool's process as well."""
    tracing.flush()


app.conf.beat_schedule = {
    "roll-up-usage": {"task": "seats.tasks.roll_up_usage", "schedule": 5.0},
    "scan-organizations": {"task": "signals.tasks.scan_organizations", "schedule": 30.0},
    "scan-findings": {"task": "signals.tasks.scan_findings", "schedule": 60.0},
    "try-rules": {"task": "signals.tasks.try_rules", "schedule": 60.0},
    "work-sharing": {"task": "signals.tasks.work_sharing", "schedule": 30.0},
    "score-sharing": {
        "task": "signals.tasks.score_sharing",
        "schedule": crontab(hour=0, minute=20),
    },
    "seal-histories": {"task": "accounts.tasks.seal_histories", "schedule": crontab(minute="*/10")},
    "verify-histories": {
        "task": "accounts.tasks.verify_histories",
        "schedule": crontab(hour=3, minute=10),
    },
    "remind-of-tasks": {"task": "signals.tasks.remind_of_tasks", "schedule": 300.0},
    "deliver-notifications": {"task": "signals.tasks.deliver_notifications", "schedule": 10.0},
    "send-digests": {"task": "signals.tasks.send_digests", "schedule": 60.0},
    "judge-rules": {
        "task": "signals.tasks.judge_rules",
        "schedule": crontab(hour=4, minute=30),
    },
    "end-support": {"task": "accounts.tasks.end_support", "schedule": 60.0},
    "send-deliveries": {"task": "integrations.tasks.send_deliveries", "schedule": 5.0},
    "recheck-domains": {"task": "sso.tasks.recheck_domains", "schedule": crontab(hour=5, minute=5)},
    "watch-connections": {
        "task": "sso.tasks.watch_connections",
        "schedule": crontab(hour=5, minute=20),
    },
    "process-webhook-inbox": {"task": "billing.tasks.process_webhook_inbox", "schedule": 15.0},
    "fetch-missed-events": {
        "task": "billing.tasks.fetch_missed_events",
        "schedule": crontab(minute=40),
    },
    "sweep-purchases": {"task": "billing.tasks.sweep_purchases", "schedule": 30.0},
    "run-dunning": {"task": "billing.tasks.run_dunning", "schedule": 300.0},
    "collect-months": {"task": "billing.tasks.collect_months", "schedule": 900.0},
    "sweep-requests": {"task": "procurement.tasks.sweep_requests", "schedule": 60.0},
    "follow-up-requests": {"task": "procurement.tasks.follow_up_requests", "schedule": 900.0},
    "sweep-starts": {"task": "billing.tasks.sweep_starts", "schedule": 30.0},
    "work-price-moves": {"task": "billing.tasks.work_price_moves", "schedule": 60.0},
    "expire-quotes": {"task": "billing.tasks.expire_purchases", "schedule": 300.0},
    "reconcile": {"task": "billing.tasks.reconcile", "schedule": crontab(hour=2, minute=15)},
    "run-true-ups": {"task": "trueups.tasks.run_true_ups", "schedule": 300.0},
    "settle-true-ups": {"task": "trueups.tasks.settle_true_ups", "schedule": 60.0},
    "keep-high-water": {"task": "trueups.tasks.keep_marks", "schedule": crontab(minute=20)},
    "resume-reconciliation": {"task": "billing.tasks.resume_reconciliation", "schedule": 300.0},
    "remind-plans": {"task": "procurement.tasks.remind_plans", "schedule": 1800.0},
    "snapshot-utilization": {
        "task": "seats.tasks.snapshot_utilization",
        "schedule": crontab(minute=5),
    },
    "sweep-people-exports": {
        "task": "seats.tasks.sweep_people_exports",
        "schedule": 120.0,
    },
    "count-summaries": {
        "task": "seats.tasks.count_summaries",
        "schedule": crontab(minute="10,25,40,55"),
    },
    "count-page-figures": {
        "task": "seats.tasks.count_page_figures",
        "schedule": crontab(hour="*/6", minute=15),
    },
    "forget-changes": {"task": "seats.tasks.forget_changes", "schedule": 600.0},
    "send-weekly-mails": {"task": "seats.tasks.send_weekly_mails", "schedule": 300.0},
    "work-overage": {"task": "seats.tasks.work_overage", "schedule": 60.0},
    "make-partitions": {
        "task": "seats.tasks.make_partitions",
        "schedule": crontab(hour=1, minute=0),
    },
    "forget-what-is-over": {
        "task": "accounts.tasks.forget_what_is_over",
        "schedule": crontab(minute=25),
    },
    "delete-people": {"task": "signals.tasks.delete_people", "schedule": crontab(minute=35)},
    "work-rebuilds": {"task": "seats.tasks.work_rebuilds", "schedule": 60.0},
    "check-drift": {"task": "seats.tasks.check_drift", "schedule": crontab(hour=4, minute=10)},
}
