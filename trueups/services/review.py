"""The customer's part: decides who keeps a seat, disputes lines, submits; or lets the time pass."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from trueups.domain import states
from trueups.domain.states import State
from trueups.domain.terms import ReviewDefault
from trueups.models import LineComment, PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors import facts
from trueups.services.amounts import recalculate
from trueups.services.errors import DecisionNotPossible, DisputeNotPossible, NotUnderReview
from trueups.services.moving import locked_true_up, money_of, move, tell

log = structlog.get_logger(__name__)

_BATCH = 500
_Decision = PersonEvidence.Decision


def decide(
    *,
    organization_id: int,
    true_up_id: UUID,
    membership_ids: Sequence[int],
    decision: str,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> TrueUp:
    """Keep or remove people, or take the decision back (undecided); all of them or none.

    Keeping and removing need a reason. Raises NotUnderReview, DecisionNotPossible.
    """
    reason = reason.strip()
    if decision != _Decision.UNDECIDED and not reason:
        raise DecisionNotPossible(_("Say why, in a few words."), about="reason")
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _under_review(organization_id, true_up_id, now)
        people = true_up.people.filter(is_offered=True, membership_id__in=membership_ids)
        if not membership_ids or people.count() != len(set(membership_ids)):
            raise DecisionNotPossible(
                _("Choose people who are listed as inactive."), about="membership_ids"
            )
        names = list(people.values_list("name", flat=True)[:20])
        is_open = decision == _Decision.UNDECIDED
        people.update(
            decision=decision,
            reason="" if is_open else reason[:300],
            decided_by_id=None if is_open else actor.user_id,
            decided_by_label="" if is_open else actor.label[:200],
            decided_at=None if is_open else now,
        )
        recalculate(true_up, now=now)
        tell(
            true_up,
            f"true_up_people_{decision}",
            actor=actor,
            now=now,
            changes={"people": names, "note": reason} | money_of(true_up),
        )
        return true_up


def _under_review(organization_id: int, true_up_id: UUID, now: datetime) -> TrueUp:
    true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
    is_over = true_up.review_until is not None and now >= true_up.review_until
    if not true_up.is_under_review or is_over:
        raise NotUnderReview(
            _("The time to review this true-up is over. Write to us, and we can return it to you.")
        )
    return true_up


def dispute_line(
    *,
    organization_id: int,
    true_up_id: UUID,
    line_id: int,
    text: str,
    actor: Actor,
    now: datetime,
) -> LineComment:
    """Say that a line is wrong; finance answers before it signs.

    Raises NotUnderReview, DisputeNotPossible, TrueUpLine.DoesNotExist.
    """
    text = text.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _under_review(organization_id, true_up_id, now)
        line = TrueUpLine.objects.get(pk=line_id, true_up=true_up)
        if not text:
            raise DisputeNotPossible(_("Say what is wrong with the line."), about="text")
        if line.comments.filter(state=LineComment.State.OPEN).exists():
            raise DisputeNotPossible(_("The line is disputed already. We will answer."))
        comment = LineComment.objects.create(
            organization_id=organization_id,
            line=line,
            kind=LineComment.Kind.DISPUTE,
            state=LineComment.State.OPEN,
            text=text[:1000],
            author_id=actor.user_id,
            author_label=actor.label[:200],
            created_at=now,
        )
        tell(true_up, "true_up_disputed", actor=actor, now=now, changes={"note": text[:300]})
        return comment


def withdraw_dispute(
    *, organization_id: int, true_up_id: UUID, comment_id: int, actor: Actor, now: datetime
) -> LineComment:
    """Take a dispute back, until it is answered; doing it again changes nothing.

    Raises DisputeNotPossible, LineComment.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        comment = LineComment.objects.get(pk=comment_id, line__true_up=true_up)
        if comment.state == LineComment.State.WITHDRAWN:
            return comment
        if comment.state != LineComment.State.OPEN:
            raise DisputeNotPossible(_("This dispute is closed."))
        comment.state = LineComment.State.WITHDRAWN
        comment.closed_at = now
        comment.save(update_fields=["state", "closed_at"])
        tell(true_up, "true_up_dispute_withdrawn", actor=actor, now=now)
        return comment


def comment_line(
    *,
    organization_id: int,
    true_up_id: UUID,
    line_id: int,
    text: str,
    is_by_vendor: bool,
    actor: Actor,
    now: datetime,
) -> LineComment:
    """Remark on a line, from either side, until it is settled.

    Raises DisputeNotPossible, TrueUpLine.DoesNotExist.
    """
    text = text.strip()
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        line = TrueUpLine.objects.get(pk=line_id, true_up=true_up)
        if not text or true_up.current_state not in states.OPEN:
            raise DisputeNotPossible(_("The text is empty, or the true-up is settled."))
        comment = LineComment.objects.create(
            organization_id=organization_id,
            line=line,
            kind=LineComment.Kind.COMMENT,
            state=LineComment.State.NOTED,
            text=text[:1000],
            is_by_vendor=is_by_vendor,
            author_id=actor.user_id,
            author_label=actor.label[:200],
            created_at=now,
        )
        tell(true_up, "true_up_commented", actor=actor, now=now, changes={"note": text[:300]})
        return comment


def submit_review(
    *,
    organization_id: int,
    true_up_id: UUID,
    total_minor: int,
    actor: Actor,
    now: datetime,
) -> TrueUp:
    """Hand the true-up to finance with the total that the customer has read.

    Whoever is undecided keeps the seat. Raises NotUnderReview, and DecisionNotPossible when the
    total is another by now (a purchase lowered it): the page then shows the new one.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _under_review(organization_id, true_up_id, now)
        recalculate(true_up, now=now)
        if true_up.total_minor != total_minor:
            raise DecisionNotPossible(
                _("The amount has changed since you opened the page. Look at it once more."),
                total_minor=true_up.total_minor,
            )
        true_up.people.filter(is_offered=True, decision=_Decision.UNDECIDED).update(
            decision=_Decision.KEEP,
            decided_by_id=actor.user_id,
            decided_by_label=actor.label[:200],
            decided_at=now,
        )
        move(
            true_up,
            State.WITH_FINANCE,
            verb="true_up_submitted",
            actor=actor,
            now=now,
            changes=money_of(true_up),
            submitted_at=now,
            submitted_by_id=actor.user_id,
            submitted_by_label=actor.label[:200],
        )
        return true_up


def end_review(*, organization_id: int, true_up_id: UUID, now: datetime) -> TrueUp:
    """Apply the default of the contract when the time to review is over; else nothing happens.

    Nobody is removed by default who was active again since the quarter ended.
    """
    with organization_context(organization_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        until = true_up.review_until
        if not true_up.is_under_review or until is None or now < until:
            return true_up
        _apply_default(true_up, now)
        recalculate(true_up, now=now)
        move(
            true_up,
            State.WITH_FINANCE,
            verb="true_up_review_ended",
            actor=SYSTEM,
            now=now,
            changes=money_of(true_up),
            is_default_applied=True,
        )
        return true_up


def _apply_default(true_up: TrueUp, now: datetime) -> None:
    open_people = true_up.people.filter(is_offered=True, decision=_Decision.UNDECIDED)
    decided = {"decided_by_label": SYSTEM.label, "decided_at": now}
    terms = true_up.agreed()
    if terms.review_default is ReviewDefault.REMOVE:
        undecided = list(open_people.values_list("membership_id", flat=True))
        back = facts.active_since(
            true_up.organization_id, undecided, true_up.quarter.upper, terms.activity
        )
        open_people.exclude(membership_id__in=back).update(decision=_Decision.REMOVE, **decided)
    open_people.update(decision=_Decision.KEEP, **decided)


def end_reviews(*, now: datetime) -> int:
    """End every review whose time is over; return how many there were."""
    due = (
        TrueUp.objects.using("pipeline")
        .filter(state__in=[state.value for state in states.UNDER_REVIEW], review_until__lte=now)
        .values_list("organization_id", "pk")[:_BATCH]
    )
    ended = 0
    for organization_id, true_up_id in list(due):
        try:
            end_review(organization_id=organization_id, true_up_id=true_up_id, now=now)
            ended += 1
        except Exception:
            log.exception("review_not_ended", true_up=str(true_up_id))
    return ended
