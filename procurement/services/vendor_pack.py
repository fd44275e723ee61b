"""Maintains what the vendor answers to every customer's procurement. The history keeps changes.

Runs in the staff context of scope `all`.
"""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from procurement.models import VendorAnswer, VendorContact

REVIEW_DAYS: Final = 365


class AnswerNotFound(DomainError):
    """The answer is not there any more."""

    code: ClassVar[str] = "answer_not_found"
    status: ClassVar[int] = 404


def save_answer(
    *,
    answer_id: int | None,
    details: dict[str, Any],
    today: date,
    actor: Actor,
    now: datetime,
) -> VendorAnswer:
    """Write an answer, new without an id; writing it reviews it today. Raises AnswerNotFound.

    `details` are fields of the answer that are checked already; `review_by` is among them.
    """
    answer = VendorAnswer() if answer_id is None else _locked(answer_id)
    changes = {
        name: [str(getattr(answer, name) or "")[:200], str(value)[:200]]
        for name, value in details.items()
        if getattr(answer, name) != value
    }
    for name, value in details.items():
        setattr(answer, name, value)
    answer.reviewed_on, answer.reviewed_by_id, answer.changed_at = today, actor.user_id, now
    answer.save()
    verb = "vendor_answer_added" if answer_id is None else "vendor_answer_changed"
    record(actor=actor, verb=verb, subject=answer, organization_id=None, now=now, changes=changes)
    return answer


def confirm_answer(*, answer_id: int, today: date, actor: Actor, now: datetime) -> VendorAnswer:
    """Note that an answer is still right; it is due again in a year. Raises AnswerNotFound."""
    answer = _locked(answer_id)
    answer.reviewed_on, answer.review_by = today, today + timedelta(days=REVIEW_DAYS)
    answer.reviewed_by_id, answer.changed_at = actor.user_id, now
    answer.save()
    record(
        actor=actor, verb="vendor_answer_confirmed", subject=answer, organization_id=None, now=now
    )
    return answer


def remove_answer(*, answer_id: int, actor: Actor, now: datetime) -> None:
    """Take an answer out of the pack; the history keeps its words. Raises AnswerNotFound."""
    answer = _locked(answer_id)
    record(
        actor=actor,
        verb="vendor_answer_removed",
        subject=answer,
        organization_id=None,
        now=now,
        changes={"answer": [answer.answer[:500], ""]},
    )
    answer.delete()


def _locked(answer_id: int) -> VendorAnswer:
    answer = VendorAnswer.objects.select_for_update().filter(pk=answer_id).first()
    if answer is None:
        raise AnswerNotFound(_("This answer is not there any more."))
    return answer


def save_contact(
    *, role: str, name: str, email: str, phone: str, actor: Actor, now: datetime
) -> VendorContact | None:
    """Write whom to ask about something; without name and address there is nobody."""
    known = VendorContact.objects.select_for_update().filter(role=role).first()
    if not name or not email:
        if known is not None:
            record(
                actor=actor, verb="vendor_contact_removed", subject=known, organization_id=None,
                now=now,
            )  # fmt: skip
            known.delete()
        return None
    after = {"name": name, "email": email, "phone": phone}
    if known is not None and all(getattr(known, key) == value for key, value in after.items()):
        return known
    contact, _created = VendorContact.objects.update_or_create(
        role=role, defaults={**after, "changed_at": now}
    )
    record(
        actor=actor, verb="vendor_contact_changed", subject=contact, organization_id=None, now=now
    )
    return contact
