"""Tables of people and organizations."""

from accounts.models.api_key import ApiKey
from accounts.models.history import HistoryCheck, HistoryEntry, HistorySeal, StaffAccess
from accounts.models.idempotency import IdempotentRequest
from accounts.models.membership import Department, Invitation, Membership, Region
from accounts.models.organization import Organization
from accounts.models.privacy import PersonDeletion, RetentionRun
from accounts.models.role import CustomRole
from accounts.models.support import SupportAccess
from accounts.models.user import User
from accounts.models.word import MembershipWord

__all__ = [
    "ApiKey",
    "CustomRole",
    "Department",
    "HistoryCheck",
    "HistoryEntry",
    "HistorySeal",
    "IdempotentRequest",
    "Invitation",
    "Membership",
    "MembershipWord",
    "Organization",
    "PersonDeletion",
    "Region",
    "RetentionRun",
    "StaffAccess",
    "SupportAccess",
    "User",
]
