"""One object of each kind that an address of planning and papers names."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from accounts.services.history import Actor
from billing.models import Quote
from procurement.models import VendorAnswer
from procurement.services.papers import issue_order_form
from procurement.services.planning import plan_expansion
from procurement.services.profile import ProfileDetails, propose_profile


def make_answer(*, reviewed_on: date, **given: Any) -> VendorAnswer:
    """Return an answer of the vendor that is due again a year after its review."""
    fields = {
        "topic": VendorAnswer.Topic.SECURITY,
        "question": "Is data encrypted?",
        "answer": "At rest and on its way.",
        "review_by": reviewed_on + timedelta(days=365),
    } | given
    return VendorAnswer.objects.create(reviewed_on=reviewed_on, **fields)


def paper_objects(
    *, organization: Organization, ada: User, quote: Quote, now: datetime
) -> dict[str, Any]:
    """Return the parameters of the addresses, by name."""
    actor, today = Actor.of(ada), now.date()
    plan = plan_expansion(
        organization_id=organization.pk,
        seats=5,
        wanted_on=today + timedelta(days=200),
        reason="A new team",
        actor=actor,
        now=now,
        today=today,
    )
    proposal = propose_profile(
        organization_id=organization.pk,
        details=ProfileDetails(lead_days=90),
        note="So it is",
        actor=actor,
        now=now,
        today=today,
    )
    paper = issue_order_form(
        organization_id=organization.pk, quote_id=quote.pk, actor=actor, now=now
    )
    return {
        "expansion_id": plan.pk,
        "proposal_id": proposal.pk,
        "paper_id": paper.pk,
        "answer_id": make_answer(reviewed_on=today).pk,
        "uid": f"plan-{plan.pk}",
        "secret": "nonsense",
    }
