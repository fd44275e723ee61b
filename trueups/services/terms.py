"""Approves what a contract says about true-ups."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.period import Interval, whole_second
from seats.services.seats import lock_seat_pool
from trueups.domain.terms import (
    Activity,
    ImpossibleTerms,
    Policy,
    QuarterBasis,
    ReviewDefault,
    ShareRule,
    Terms,
    terms_to_json,
)
from trueups.models import TrueUpTerms
from trueups.selectors.facts import subscription_of
from trueups.services.errors import TermsNotPossible


def approve_terms(
    *,
    organization_id: int,
    terms: Terms,
    is_enabled: bool = True,
    reason: str,
    actor: Actor,
    now: datetime,
) -> TrueUpTerms:
    """Write the terms; the same ones again change nothing. They hold from the next quarter on.

    The first quarter begins now. Raises TermsNotPossible.
    """
    if not reason.strip():
        raise TermsNotPossible(_("Say why this is approved."), about="reason")
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        subscription = subscription_of(organization_id)
        if (
            is_enabled
            and subscription is not None
            and subscription.price.billing_interval is not Interval.YEAR
        ):
            raise TermsNotPossible(
                _(
                    "True-ups charge what is left of a year. This subscription is paid by the "
                    "month: seats are bought as they are needed."
                ),
                about="is_enabled",
            )
        stored = TrueUpTerms.objects.filter(organization_id=organization_id).first()
        if stored is not None and stored.terms() == terms and stored.is_enabled == is_enabled:
            return stored
        was_enabled = stored is not None and stored.is_enabled
        before = terms_to_json(stored.terms()) | {"is_enabled": was_enabled} if stored else {}
        row = stored or TrueUpTerms(organization_id=organization_id)
        for name, value in _columns(terms).items():
            setattr(row, name, value)
        row.is_enabled = is_enabled
        if not was_enabled:
            row.enabled_at = whole_second(now)
        row.reason = reason.strip()[:500]
        row.approved_by_id = actor.user_id
        row.approved_by_label = actor.label[:200]
        row.approved_at = now
        row.save()
        after = terms_to_json(terms) | {"is_enabled": is_enabled}
        record(
            actor=actor,
            verb="true_up_terms_approved",
            subject=row,
            organization_id=organization_id,
            now=now,
            changes={name: value for name, value in after.items() if before.get(name) != value}
            | {"note": row.reason},
        )
        return row


def terms_of(data: dict[str, Any]) -> Terms:
    """Return terms from the fields that people and programs fill in; raises TermsNotPossible."""
    try:
        activity = Activity(data["window_days"], data["least_active_days"], data["counts_sign_ins"])
    except ImpossibleTerms as fault:
        raise TermsNotPossible(str(fault), about=fault.about) from fault
    return checked_terms(
        policy=Policy(data["policy"]),
        activity=activity,
        lock_out_days=data["lock_out_days"],
        review_days=data["review_days"],
        review_default=ReviewDefault(data["review_default"]),
        notice_days=tuple(data["notice_days"]),
        share_rule=ShareRule(data["share_rule"]),
        quarter_basis=QuarterBasis(data["quarter_basis"]),
        first_month=data["first_month"],
    )


def checked_terms(**fields: Any) -> Terms:
    """Return terms from a form's values; raises TermsNotPossible that names the field."""
    try:
        return Terms(**fields)
    except ImpossibleTerms as fault:
        raise TermsNotPossible(str(fault), about=fault.about) from fault


def _columns(terms: Terms) -> dict[str, Any]:
    columns = asdict(terms)
    columns |= columns.pop("activity")
    columns["notice_days"] = list(terms.notice_days)
    return {
        name: value.value if hasattr(value, "value") else value for name, value in columns.items()
    }
