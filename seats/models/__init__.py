"""Tables of seats and usage."""

from seats.models.limit import LimitChange, LimitDefault, LimitNotice
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

__all__ = [
    "ActivityDay",
    "Feature",
    "LimitChange",
    "LimitDefault",
    "LimitNotice",
    "MemberActivity",
    "MemberFeature",
    "OutcomeDay",
    "RollupWatermark",
    "SeatAssignment",
    "SeatPool",
    "SegmentDay",
    "UsageDay",
    "UsageEvent",
    "UtilizationDay",
    "WaitingListEntry",
]
