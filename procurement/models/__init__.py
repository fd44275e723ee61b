"""Models of procurement inside the customer."""

from procurement.models.papers import IssuedPaper
from procurement.models.planning import CalendarFeed, PlannedExpansion, PlanReminder
from procurement.models.profile import (
    Paper,
    ProcurementFreeze,
    ProcurementProfile,
    ProfileProposal,
)
from procurement.models.request import (
    ApprovalDecision,
    ApprovalLink,
    PurchaseRequest,
    RequestAttachment,
    RequestComment,
    RequestNotice,
)
from procurement.models.rules import ApprovalDelegation, ApprovalPolicy
from procurement.models.vendor_pack import VendorAnswer, VendorContact

__all__ = [
    "ApprovalDecision",
    "ApprovalDelegation",
    "ApprovalLink",
    "ApprovalPolicy",
    "CalendarFeed",
    "IssuedPaper",
    "Paper",
    "PlanReminder",
    "PlannedExpansion",
    "ProcurementFreeze",
    "ProcurementProfile",
    "ProfileProposal",
    "PurchaseRequest",
    "RequestAttachment",
    "RequestComment",
    "RequestNotice",
    "VendorAnswer",
    "VendorContact",
]
