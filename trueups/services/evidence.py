"""Opens the evidence per person to the customer, where only totals of usage are shown."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from trueups.models import EvidenceOpening, TrueUp


class OpeningNeedsReason(DomainError):
    """Everybody can read why people's activity was looked at."""

    code: ClassVar[str] = "opening_needs_reason"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "reason"


def open_evidence(
    *, organization_id: int, true_up_id: UUID, reason: str, actor: Actor, now: datetime
) -> EvidenceOpening:
    """Let the customer's reviewers read who was active in a quarter; twice is once.

    Raises OpeningNeedsReason, TrueUp.DoesNotExist.
    """
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise OpeningNeedsReason(_("Write why you look at it; everybody can read it."))
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = TrueUp.objects.select_for_update(no_key=True).get(
            pk=true_up_id, organization_id=organization_id
        )
        opening, is_new = EvidenceOpening.objects.get_or_create(
            organization_id=organization_id,
            true_up=true_up,
            defaults={
                "opened_by_id": actor.user_id,
                "opened_by_label": actor.label,
                "reason": reason,
                "at": now,
            },
        )
        if is_new:
            record(
                actor=actor,
                verb="true_up_evidence_opened",
                subject=true_up,
                organization_id=organization_id,
                now=now,
                changes={"note": reason},
            )
        return opening
