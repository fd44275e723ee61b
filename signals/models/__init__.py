"""Tables of signals, expansion tasks, notifications and scheduled jobs."""

from signals.models.job_run import JobRun
from signals.models.notification import Notification
from signals.models.signal import (
    ORGANIZATION_SCOPE,
    AlertMemory,
    BandChoice,
    DetectorKind,
    HoldbackChoice,
    Signal,
    SignalEvaluation,
)
from signals.models.task import ExpansionTask, PlayChoice, TaskEvent

__all__ = [
    "ORGANIZATION_SCOPE",
    "AlertMemory",
    "BandChoice",
    "DetectorKind",
    "ExpansionTask",
    "HoldbackChoice",
    "JobRun",
    "Notification",
    "PlayChoice",
    "Signal",
    "SignalEvaluation",
    "TaskEvent",
]
