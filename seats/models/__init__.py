"""Tables of seats and usage."""

from seats.models.access import AccessMeasure, OpenSession
from seats.models.change import OrganizationChange
from seats.models.limit import LimitChange, LimitDefault, LimitNotice, SeatRefusal
from seats.models.outcome import KindChoice, OutcomeBaseline, OutcomeEntry
from seats.models.people import (
    CountedFigures,
    ExportPart,
    MemberSummary,
    PeopleExport,
    SavedView,
)
from seats.models.pipeline import (
    ClosedMonth,
    CountedHour,
    DriftCheck,
    DriftFinding,
    QuarantinedEvent,
    RejectDay,
    UsageRebuild,
)
from seats.models.seat import SeatAssignment, SeatPool, WaitingListEntry
from seats.models.usage import (
    ActivityDay,
    Feature,
    MemberActivity,
    MemberFeature,
    OutcomeDay,
    RollupWatermark,
    SegmentDay,
    UsageDay,
    UsageEvent,
    UtilizationDay,
)
from seats.models.weekly_mail import WeeklyMail, WeeklyMailReader

__all__ = [
    "AccessMeasure",
    "ActivityDay",
    "ClosedMonth",
    "CountedFigures",
    "CountedHour",
    "DriftCheck",
    "DriftFinding",
    "ExportPart",
    "Feature",
    "KindChoice",
    "LimitChange",
    "LimitDefault",
    "LimitNotice",
    "MemberActivity",
    "MemberFeature",
    "MemberSummary",
    "OpenSession",
    "OrganizationChange",
    "OutcomeBaseline",
    "OutcomeDay",
    "OutcomeEntry",
    "PeopleExport",
    "QuarantinedEvent",
    "RejectDay",
    "RollupWatermark",
    "SavedView",
    "SeatAssignment",
    "SeatPool",
    "SeatRefusal",
    "SegmentDay",
    "UsageDay",
    "UsageEvent",
    "UsageRebuild",
    "UtilizationDay",
    "WaitingListEntry",
    "WeeklyMail",
    "WeeklyMailReader",
]
