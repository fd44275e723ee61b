"""Tables of signals, expansion tasks, notifications and scheduled jobs."""

from signals.models.crm import CrmExport, CrmMapping
from signals.models.insight_away import InsightAway
from signals.models.job_run import JobRun
from signals.models.look import OrganizationLook, ScanWatermark
from signals.models.notification import (
    ChannelChoice,
    NoticeChoice,
    NoticeDigest,
    NoticeTiming,
    Notification,
)
from signals.models.ownership import OwnerRule, StaffProfile, VendorView
from signals.models.playbook import AccountNote, GrowthChoice, PlayVersion, TaskStep
from signals.models.rule import FindingLook, RuleDryRun, RuleSetting, VendorRequest
from signals.models.rule_mute import RuleMute
from signals.models.sharing import (
    SharingCase,
    SharingDay,
    SharingLabel,
    SharingOverview,
    SharingOwnDevice,
    SharingPolicy,
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
from signals.models.task import (
    BarrierChoice,
    ExpansionTask,
    OutcomeChoice,
    PlayChoice,
    TaskEvent,
)

__all__ = [
    "ORGANIZATION_SCOPE",
    "AccountNote",
    "AlertMemory",
    "BandChoice",
    "BarrierChoice",
    "ChannelChoice",
    "CrmExport",
    "CrmMapping",
    "DetectorKind",
    "ExpansionTask",
    "FindingLook",
    "GrowthChoice",
    "HoldbackChoice",
    "InsightAway",
    "JobRun",
    "NoticeChoice",
    "NoticeDigest",
    "NoticeTiming",
    "Notification",
    "OrganizationLook",
    "OutcomeChoice",
    "OwnerRule",
    "PlayChoice",
    "PlayVersion",
    "RuleDryRun",
    "RuleMute",
    "RuleSetting",
    "ScanWatermark",
    "SharingCase",
    "SharingDay",
    "SharingLabel",
    "SharingOverview",
    "SharingOwnDevice",
    "SharingPolicy",
    "SharingScore",
    "SharingSecret",
    "Signal",
    "SignalEvaluation",
    "StaffProfile",
    "TaskEvent",
    "TaskStep",
    "VendorRequest",
    "VendorView",
]
