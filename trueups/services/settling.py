"""Signs a true-up, with a second person above an amount, and settles it through billing.

The first signature and the intent to settle are one transaction, as are the second signature and
the intent; Stripe is asked after the commit. What becomes of it comes back by billing's hooks (see
`following`).
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.four_eyes import Subject, needs_second_person
from billing.domain.settlement import Line, LineKind
from billing.models import Settlement
from billing.selectors.four_eyes import approval_amount
from billing.services.four_eyes import check_second_person, mail_second_person
from billing.services.settlements import reserve_settlement
from billing.services.settling import advance_settlement
from trueups.domain.states import State
from trueups.models import TrueUp, TrueUpLine
from trueups.selectors.settlements import (
    reference_of,
    settlement_of,
)
from trueups.selectors.words import share_words
from trueups.services.errors import NotWithFinance
from trueups.services.following import plan_renewal
from trueups.services.moving import locked_true_up, money_of, move, tell
from trueups.services.removal import release_removed_people
from trueups.services.signing import (
    mark_settled,
    mark_settling,
    mark_signed,
    take_signature_back,
)

_SettledState = Settlement.State
_KIND_OF = {
    TrueUpLine.Kind.OVERAGE: LineKind.OVERAGE,
    TrueUpLine.Kind.REMOVAL: LineKind.REMOVAL,
}


class NotWaitingForSecond(DomainError):
    """The true-up does not wait for a second signature."""

    code: ClassVar[str] = "true_up_not_waiting_for_second"


class NotStopped(DomainError):
    """Only what was stopped is tried again or given back."""

    code: ClassVar[str] = "true_up_not_stopped"


def moved_minor(true_up: TrueUp) -> int:
    """Return the amount by which four eyes are decided: charges and credits count alike."""
    return true_up.overage_minor - true_up.removal_minor


def needs_two(true_up: TrueUp) -> bool:
    """Whether a second person has to sign, by the vendor's policy for the currency."""
    limit = approval_amount(Subject.TRUE_UP, true_up.currency)
    return needs_second_person(moved_minor(true_up), limit)


def sign(
    *,
    organization_id: int,
    true_up_id: UUID,
    expected_total_minor: int,
    actor: Actor,
    now: datetime,
    po_number: str = "",
) -> TrueUp:
    """Sign under the total that was read; above the policy's amount a second person has to follow.

    Otherwise it is settled at once, as far as Stripe answers now. Must not run inside a
    transaction. Raises NotWithFinance, SigningNotPossible and what `reserve_settlement` raises:
    then nothing is signed.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = mark_signed(
            organization_id=organization_id,
            true_up_id=true_up_id,
            expected_total_minor=expected_total_minor,
            actor=actor,
            now=now,
        )
        true_up.po_number = po_number.strip()[:30]
        true_up.needs_second_signature = needs_two(true_up)
        true_up.save(update_fields=["po_number", "needs_second_signature"])
        if true_up.needs_second_signature:
            _ask_second(true_up, actor, now)
            return true_up
        settlement_id = _reserve(true_up, actor, now)
    return _carry_out(organization_id, true_up_id, settlement_id, now)


def countersign(*, organization_id: int, true_up_id: UUID, actor: Actor, now: datetime) -> TrueUp:
    """Sign as the second person, who neither signed first nor changed the lines; then settle.

    Must not run inside a transaction. Raises NotWaitingForSecond, SecondPersonNeeded and what
    `reserve_settlement` raises: then it goes on waiting.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _waiting_for_second(organization_id, true_up_id)
        check_second_person(actor=actor, first=true_up.signed_by_id, authors=authors_of(true_up))
        true_up.second_signed_at = now
        true_up.second_signed_by_id = actor.user_id
        true_up.second_signed_by_label = actor.label[:200]
        true_up.save(
            update_fields=["second_signed_at", "second_signed_by", "second_signed_by_label"]
        )
        tell(true_up, "true_up_countersigned", actor=actor, now=now, changes=money_of(true_up))
        settlement_id = _reserve(true_up, actor, now)
    return _carry_out(organization_id, true_up_id, settlement_id, now)


def refuse_signature(
    *, organization_id: int, true_up_id: UUID, reason: str, actor: Actor, now: datetime
) -> TrueUp:
    """Refuse the second signature; the true-up is with finance again. The first may take it back.

    Raises NotWaitingForSecond, NotWithFinance without a reason.
    """
    if not reason.strip():
        raise NotWithFinance(_("Say why it goes back."), about="reason")
    with organization_context(organization_id, user_id=actor.user_id):
        _waiting_for_second(organization_id, true_up_id)
        return take_signature_back(
            organization_id=organization_id,
            true_up_id=true_up_id,
            reason=reason.strip(),
            actor=actor,
            now=now,
        )


def try_again(*, organization_id: int, true_up_id: UUID, actor: Actor, now: datetime) -> TrueUp:
    """Settle a stopped true-up once more, with the lines that were signed.

    The invoice that differed is mended where it is a draft, and drawn up anew where it was voided.
    Must not run inside a transaction. Raises NotStopped and what `reserve_settlement` raises.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _stopped(organization_id, true_up_id)
        settlement_id = _reserve(true_up, actor, now)
    return _carry_out(organization_id, true_up_id, settlement_id, now)


def give_back_to_finance(
    *, organization_id: int, true_up_id: UUID, reason: str, actor: Actor, now: datetime
) -> TrueUp:
    """Take a stopped true-up back to finance, where its lines follow purchases again.

    Raises NotStopped, also when its invoice is issued and may still be paid.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = _stopped(organization_id, true_up_id)
        settlement = settlement_of(true_up)
        if settlement is not None and settlement.state != _SettledState.STOPPED:
            raise NotStopped(_("Its invoice is issued. Void it at Stripe first, or try again."))
        move(
            true_up,
            State.WITH_FINANCE,
            verb="true_up_given_back",
            actor=actor,
            now=now,
            changes={"note": reason.strip()[:300]} | money_of(true_up),
            signed_at=None,
            signed_by_id=None,
            signed_by_label="",
            needs_second_signature=False,
            second_signed_at=None,
            second_signed_by_id=None,
            second_signed_by_label="",
        )
        return true_up


def _waiting_for_second(organization_id: int, true_up_id: UUID) -> TrueUp:
    true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
    if true_up.current_state is not State.SIGNED or not true_up.needs_second_signature:
        raise NotWaitingForSecond(_("This true-up does not wait for a second signature."))
    return true_up


def _stopped(organization_id: int, true_up_id: UUID) -> TrueUp:
    true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
    if true_up.current_state is not State.STOPPED:
        raise NotStopped(_("This true-up is not stopped."))
    return true_up


def authors_of(true_up: TrueUp) -> tuple[int, ...]:
    """Return who changed what is charged, and so is not the second to sign."""
    return (true_up.waived_by_id,) if true_up.waived_by_id else ()


def _ask_second(true_up: TrueUp, actor: Actor, now: datetime) -> None:
    try:
        path = reverse("vendor_true_up", args=[true_up.pk])
    except NoReverseMatch:
        path = "/vendor/"
    mail_second_person(
        organization=Organization.objects.get(pk=true_up.organization_id),
        subject=gettext_noop("A true-up of %(organization)s waits for your signature"),
        amount_minor=moved_minor(true_up),
        currency=true_up.currency,
        reason="",
        path=path,
        first=actor,
        authors=authors_of(true_up),
    )
    tell(true_up, "true_up_second_asked", actor=actor, now=now, changes=money_of(true_up))


# -- the settlement ----------------------------------------------------------------------------


def settlement_lines(true_up: TrueUp) -> tuple[tuple[Line, ...], int | None]:
    """Return what is settled now, in the customer's language, and the seats it starts from."""
    rows = [
        row
        for row in true_up.lines.filter(takes_effect=TrueUpLine.Effect.NOW).order_by("kind")
        if row.seats_delta
    ]
    zone = ZoneInfo(true_up.time_zone)
    with translation.override(true_up.organization.language), timezone.override(zone):
        lines = tuple(
            Line(
                _KIND_OF[TrueUpLine.Kind(row.kind)],
                row.seats_delta,
                row.amount_minor,
                _description(row, true_up),
            )
            for row in rows
        )
    return lines, rows[0].seats_from if rows else None


def _description(row: TrueUpLine, true_up: TrueUp) -> str:
    count = abs(row.seats_delta)
    if row.kind == TrueUpLine.Kind.OVERAGE:
        words = ngettext(
            "True-up %(quarter)s: %(count)s seat above %(from)s. %(share)s.",
            "True-up %(quarter)s: %(count)s seats above %(from)s. %(share)s.",
            count,
        )
    else:
        words = ngettext(
            "True-up %(quarter)s: %(count)s seat of %(from)s given back. %(share)s.",
            "True-up %(quarter)s: %(count)s seats of %(from)s given back. %(share)s.",
            count,
        )
    return words % {
        "quarter": true_up.reference,
        "count": count,
        "from": row.seats_from,
        "share": share_words(true_up, row.share_fraction),
    }


def _reserve(true_up: TrueUp, actor: Actor, now: datetime) -> UUID | None:
    """Store the intent in the caller's transaction; without money it is settled in it."""
    given: dict[str, Any] = {
        "organization_id": true_up.organization_id,
        "true_up_id": true_up.pk,
        "now": now,
    }
    lines, seats_from = settlement_lines(true_up)
    mark_settling(**given)
    if seats_from is None:
        release_removed_people(actor=actor, **given)
        mark_settled(**given)
        return None
    settlement = reserve_settlement(
        organization_id=true_up.organization_id,
        reference=reference_of(true_up),
        lines=lines,
        seats_from=seats_from,
        actor=actor,
        now=now,
        po_number=true_up.po_number,
    )
    return settlement.pk


def _carry_out(
    organization_id: int, true_up_id: UUID, settlement_id: UUID | None, now: datetime
) -> TrueUp:
    if settlement_id is not None:
        advance_settlement(organization_id=organization_id, settlement_id=settlement_id, now=now)
    plan_renewal(organization_id=organization_id, true_up_id=true_up_id, now=now)
    with organization_context(organization_id):
        return TrueUp.objects.get(pk=true_up_id)
