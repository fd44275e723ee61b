"""What customers ask the vendor for, and the vendor's answers."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from signals.models import VendorRequest


class NothingSaid(DomainError):
    """A request, and an answer to one, says something."""

    code: ClassVar[str] = "nothing_said"
    field: ClassVar[str] = "text"


class AnsweredAlready(DomainError):
    """The request has an answer."""

    code: ClassVar[str] = "answered_already"


def ask_vendor(
    *, organization_id: int, category: str, text: str, actor: Actor, now: datetime
) -> VendorRequest:
    """Send a request to the vendor. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid(_("Say what you need."))
    with organization_context(organization_id, user_id=actor.user_id):
        asked = VendorRequest.objects.create(
            organization_id=organization_id,
            category=VendorRequest.Category(category).value,
            text=text.strip(),
            asked_by_label=actor.label[:200],
            asked_at=now,
        )
        record(
            actor=actor,
            verb="vendor_request_made",
            subject=asked,
            organization_id=organization_id,
            now=now,
            changes={"category": asked.category},
        )
    return asked


def answer_request(
    *, organization_id: int, request_id: int, answer: str, actor: Actor, now: datetime
) -> VendorRequest:
    """Answer a request. Raises NothingSaid, AnsweredAlready, VendorRequest.DoesNotExist."""
    if not answer.strip():
        raise NothingSaid(_("Write an answer."))
    with organization_context(organization_id, user_id=actor.user_id):
        asked = VendorRequest.objects.select_for_update().get(
            pk=request_id, organization_id=organization_id
        )
        if asked.answered_at is not None:
            raise AnsweredAlready(_("Somebody answered this request already."))
        asked.answer = answer.strip()
        asked.answered_at = now
        asked.answered_by_label = actor.label[:200]
        asked.save(update_fields=["answer", "answered_at", "answered_by_label"])
        record(
            actor=actor,
            verb="vendor_request_answered",
            subject=asked,
            organization_id=organization_id,
            now=now,
        )
    return asked
