"""What can be wrong with asking for a purchase, deciding it or taking it back."""

from typing import ClassVar

from accounts.errors import DomainError


class RequestNotFound(DomainError):
    """The organization has no such request."""

    code: ClassVar[str] = "request_not_found"
    status: ClassVar[int] = 404


class ApprovalNotNeeded(DomainError):
    """The rules let this pass: it can be bought at once."""

    code: ClassVar[str] = "approval_not_needed"


class NobodyCanApprove(DomainError):
    """A step of the chain has nobody left who may decide it."""

    code: ClassVar[str] = "nobody_can_approve"


class ReasonMissing(DomainError):
    """An approver decides by the reason."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "reason"


class NoteMissing(DomainError):
    """A request that is declined says why."""

    code: ClassVar[str] = "note_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "note"


class RequestOpenAlready(DomainError):
    """The same is asked for already; `request` names it."""

    code: ClassVar[str] = "request_open_already"


class AlreadyDecided(DomainError):
    """Somebody was faster, or the request does not wait any more. Nothing was changed."""

    code: ClassVar[str] = "already_decided"


class MayNotDecide(DomainError):
    """The person is none of those who may decide this step."""

    code: ClassVar[str] = "may_not_decide"
    status: ClassVar[int] = 403


class RequestNotOpen(DomainError):
    """The request is past the state in which this could be done."""

    code: ClassVar[str] = "request_not_open"
