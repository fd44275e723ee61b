"""Models of procurement inside the customer."""

from procurement.models.request import (
    ApprovalDecision,
    ApprovalLink,
    PurchaseRequest,
    RequestAttachment,
    RequestComment,
    RequestNotice,
)
from procurement.models.rules import ApprovalDelegation, ApprovalPolicy

__all__ = [
    "ApprovalDecision",
    "ApprovalDelegation",
    "ApprovalLink",
    "ApprovalPolicy",
    "PurchaseRequest",
    "RequestAttachment",
    "RequestComment",
    "RequestNotice",
]
