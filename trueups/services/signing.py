"""The signature and what follows from it. Settling at Stripe is billing's; here are the states.

Each function is one transaction, or a part of the caller's. All take the lock of the seat pool.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from billing.models import Purchase
from trueups.domain import states
from trueups.domain.states import State
from trueups.models import LineComment, TrueUp
from trueups.services.amounts import recalculate
from trueups.services.errors import NotWithFinance, SigningNotPossible
from trueups.services.mails import send_notice
from trueups.services.moving import locked_true_up, money_of, move


def mark_signed(
    *,
    organization_id: int,
    true_up_id: UUID,
    expected_total_minor: int,
    actor: Actor,
    now: datetime,
) -> TrueUp:
    """Fix the lines with a signature under the total that finance has read.

    Raises NotWithFinance, and SigningNotPossible while a dispute or an earlier quarter is open or a
    purchase is under way, when the price does not reach so far, or when the total is another by
    now.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        if true_up.current_state is not State.WITH_FINANCE:
            raise NotWithFinance(_("This true-up is not with finance."), state=true_up.state)
        _check_nothing_is_open(true_up)
        recalculate(true_up, now=now)
        if true_up.problem:
            raise SigningNotPossible(_problem_sentence(true_up.problem), problem=true_up.problem)
        if true_up.total_minor != expected_total_minor:
            raise SigningNotPossible(
                _("The total has changed since you opened the page. Look at it once more."),
                total_minor=true_up.total_minor,
            )
        move(
            true_up,
            State.SIGNED,
            verb="true_up_signed",
            actor=actor,
            now=now,
            changes=money_of(true_up),
            signed_at=now,
            signed_by_id=actor.user_id,
            signed_by_label=actor.label[:200],
        )
        return true_up


def _check_nothing_is_open(true_up: TrueUp) -> None:
    organization_id = true_up.organization_id
    if LineComment.objects.filter(
        line__true_up=true_up, kind=LineComment.Kind.DISPUTE, state=LineComment.State.OPEN
    ).exists():
        raise SigningNotPossible(_("A line is disputed. Answer the dispute first."))
    earlier = TrueUp.objects.filter(
        organization_id=organization_id,
        quarter__endswith__lte=true_up.quarter.lower,
        state__in=[state.value for state in states.OPEN],
    ).order_by("quarter")
    first = earlier.first()
    if first is not None:
        raise SigningNotPossible(
            _("The quarter %(quarter)s comes first: it is not settled yet.")
            % {"quarter": first.reference}
        )
    if Purchase.objects.unfinished().filter(organization_id=organization_id).exists():
        raise SigningNotPossible(
            _("A purchase is under way that may lower the overage. Try again when it is done.")
        )


def _problem_sentence(problem: str) -> str:
    if problem == "not_for_sale":
        return _("The price does not reach so many seats. Agree on one that does, or waive seats.")
    return _("There is no subscription that this could be charged to. Call the true-up off.")


def take_signature_back(
    *, organization_id: int, true_up_id: UUID, reason: str, actor: Actor, now: datetime
) -> TrueUp:
    """Give a signed true-up back to finance, because the second signer refuses."""
    return _step(
        organization_id,
        true_up_id,
        State.WITH_FINANCE,
        "true_up_signature_taken_back",
        actor,
        now,
        changes={"note": reason[:300]},
        signed_at=None,
        signed_by_id=None,
        signed_by_label="",
        needs_second_signature=False,
    )


def mark_settling(*, organization_id: int, true_up_id: UUID, now: datetime) -> TrueUp:
    """Write that the settlement is reserved; from here on it goes on by itself."""
    return _step(
        organization_id,
        true_up_id,
        State.SETTLING,
        "true_up_settling",
        SYSTEM,
        now,
        settling_at=now,
        stopped_at=None,
        stop_reason="",
    )


def mark_settled(*, organization_id: int, true_up_id: UUID, now: datetime) -> TrueUp:
    """Write that the money has moved, the ledger is written and every line reconciled."""
    return _step(
        organization_id,
        true_up_id,
        State.SETTLED,
        "true_up_settled",
        SYSTEM,
        now,
        is_told=True,
        settled_at=now,
    )


def mark_stopped(*, organization_id: int, true_up_id: UUID, reason: str, now: datetime) -> TrueUp:
    """Write that the settlement stopped, because something does not agree; people look at it."""
    return _step(
        organization_id,
        true_up_id,
        State.STOPPED,
        "true_up_stopped",
        SYSTEM,
        now,
        changes={"note": reason[:300]},
        stopped_at=now,
        stop_reason=reason[:500],
    )


def _step(
    organization_id: int,
    true_up_id: UUID,
    after: State,
    verb: str,
    actor: Actor,
    now: datetime,
    *,
    changes: dict[str, Any] | None = None,
    is_told: bool = False,
    **fields: Any,
) -> TrueUp:
    """Move to `after`; there already, nothing happens. Raises ImpossibleMove."""
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        if true_up.current_state is after:
            return true_up
        move(
            true_up,
            after,
            verb=verb,
            actor=actor,
            now=now,
            changes=(changes or {}) | money_of(true_up),
            **fields,
        )
        if is_told:
            send_notice(true_up, "settled", now=now)
        return true_up
