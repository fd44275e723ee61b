"""Finance's part before it signs: answers, waives, returns, calls off."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from trueups.domain.quarters import local_day, midnight
from trueups.domain.states import MOVES, State
from trueups.models import LineComment, TrueUp
from trueups.services.amounts import recalculate
from trueups.services.errors import DisputeNotPossible, NotWithFinance
from trueups.services.mails import send_notice
from trueups.services.moving import locked_true_up, money_of, move, tell, zone_of

MOST_DAYS = 60


def answer_dispute(
    *,
    organization_id: int,
    true_up_id: UUID,
    comment_id: int,
    answer: str,
    actor: Actor,
    now: datetime,
) -> LineComment:
    """Close a dispute with an answer; what it changes is waived apart.

    Raises DisputeNotPossible, LineComment.DoesNotExist.
    """
    answer = answer.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        comment = LineComment.objects.get(pk=comment_id, line__true_up=true_up)
        if not answer:
            raise DisputeNotPossible(_("Write the answer."), about="answer")
        if comment.state != LineComment.State.OPEN:
            raise DisputeNotPossible(_("This dispute is closed."))
        comment.state = LineComment.State.ANSWERED
        comment.answer = answer[:1000]
        comment.answered_by_label = actor.label[:200]
        comment.closed_at = now
        comment.save(update_fields=["state", "answer", "answered_by_label", "closed_at"])
        tell(true_up, "true_up_answered", actor=actor, now=now, changes={"note": answer[:300]})
        return comment


def waive_seats(
    *,
    organization_id: int,
    true_up_id: UUID,
    seats: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> TrueUp:
    """Charge `seats` fewer of the overage; 0 takes a waiver back. Raises NotWithFinance."""
    reason = reason.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _with_finance(organization_id, true_up_id)
        if not 0 <= seats <= true_up.counted_overage:
            raise NotWithFinance(
                _("At most %(seats)s seats can be waived.") % {"seats": true_up.counted_overage},
                about="seats",
            )
        if not reason:
            raise NotWithFinance(_("Say why."), about="reason")
        true_up.waived_seats = seats
        true_up.waived_by_id = actor.user_id
        true_up.waived_by_label = actor.label[:200]
        true_up.waive_reason = reason[:500]
        true_up.save(update_fields=["waived_seats", "waived_by", "waived_by_label", "waive_reason"])
        recalculate(true_up, now=now)
        tell(
            true_up,
            "true_up_waived",
            actor=actor,
            now=now,
            changes={"seats": seats, "note": reason[:300]} | money_of(true_up),
        )
        return true_up


def _with_finance(organization_id: int, true_up_id: UUID) -> TrueUp:
    true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
    if true_up.current_state is not State.WITH_FINANCE:
        raise NotWithFinance(_("This true-up is not with finance."), state=true_up.state)
    return true_up


def return_to_customer(
    *,
    organization_id: int,
    true_up_id: UUID,
    reason: str,
    days: int,
    actor: Actor,
    now: datetime,
) -> TrueUp:
    """Give the true-up back for a second look of so many days, with the reason by mail.

    The decisions made stay as they are and can be changed. Raises NotWithFinance.
    """
    reason = reason.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _with_finance(organization_id, true_up_id)
        if not reason:
            raise NotWithFinance(_("Say why it goes back."), about="reason")
        if not 1 <= days <= MOST_DAYS:
            raise NotWithFinance(_("Give 1 to 60 days."), about="days")
        zone = zone_of(true_up)
        times = true_up.notices.filter(step__startswith="returned-").count() + 1
        move(
            true_up,
            State.RETURNED,
            verb="true_up_returned",
            actor=actor,
            now=now,
            changes={"note": reason[:300]},
            returned_at=now,
            returned_by_id=actor.user_id,
            returned_by_label=actor.label[:200],
            return_reason=reason[:500],
            review_until=midnight(local_day(now, zone) + timedelta(days=days + 1), zone),
            is_default_applied=False,
        )
        recalculate(true_up, now=now)
        send_notice(true_up, f"returned-{times}", now=now)
        return true_up


def void_true_up(
    *, organization_id: int, true_up_id: UUID, reason: str, actor: Actor, now: datetime
) -> TrueUp:
    """Call a quarter off for good; nothing is charged or credited for it.

    Raises NotWithFinance without a reason, and once it is signed, settled or called off.
    """
    reason = reason.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        if not reason:
            raise NotWithFinance(_("Say why it is called off."), about="reason")
        if State.VOID not in MOVES[true_up.current_state]:
            is_void = true_up.current_state is State.VOID
            raise NotWithFinance(
                _("It is called off already.")
                if is_void
                else _("It is signed and can no longer be called off.")
            )
        move(
            true_up,
            State.VOID,
            verb="true_up_void",
            actor=actor,
            now=now,
            changes={"note": reason[:300]},
            void_reason=reason[:500],
        )
        return true_up
