"""Tables of signals, expansion tasks, notifications and scheduled jobs."""

from signals.models.insight_away import InsightAway
from signals.models.job_run import JobRun
from signals.models.notification import (
    ChannelChoice,
    NoticeChoice,
    NoticeDigest,
    NoticeTiming,
    Notification,
)
from signals.models.rule import FindingLook, RuleDryRun, RuleSetting, VendorRequest
from signals.models.rule_mute import RuleMute
from signals.models.sharing import (
    SharingCase,
    SharingDay,
    SharingLabel,
    SharingOverview,
    SharingOwnDevice,
    SharingScore,
    SharingSecret,
)
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
    "ChannelChoice",
    "DetectorKind",
    "ExpansionTask",
    "FindingLook",
    "HoldbackChoice",
    "InsightAway",
    "JobRun",
    "NoticeChoice",
    "NoticeDigest",
    "NoticeTiming",
    "Notification",
    "PlayChoice",
    "RuleDryRun",
    "RuleMute",
    "RuleSetting",
    "SharingCase",
    "SharingDay",
    "SharingLabel",
    "SharingOverview",
    "SharingOwnDevice",
    "SharingScore",
    "SharingSecret",
    "Signal",
    "SignalEvaluation",
    "TaskEvent",
    "VendorRequest",
]
