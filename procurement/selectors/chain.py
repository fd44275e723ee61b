"""A chain of approvals in words: who is named, who decided, who can decide now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.models import Membership
from procurement.domain.approving import Case, principals, stuck_steps
from procurement.domain.rules import Band, Rules, Step
from procurement.models import ApprovalDecision, PurchaseRequest
from procurement.selectors.requests import deciders_of
from procurement.selectors.rules import members_who_approve, people_of

BUYING_ROLES = frozenset({"owner", "admin", "billing"})


class StepState(StrEnum):
    """Where a step of a chain stands."""

    APPROVED = "approved"
    DECLINED = "declined"
    WAITING = "waiting"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One step as the document shows it; `able` are the names of who can decide it now."""

    number: int
    named: str
    state: StepState
    decision: ApprovalDecision | None
    able: list[str]


def step_words(step: Step, names: dict[int, str]) -> str:
    """Return who a step names: any approver, or Dora."""
    roles = dict(Membership.Role.choices)
    named = [_("any %(role)s") % {"role": roles[role]} for role in step.roles]
    named += [names.get(person, _("somebody who left")) for person in step.people]
    return _(" or ").join(named)


def chain_rows(request: PurchaseRequest, now: datetime) -> list[ChainRow]:
    """Return the chain of the running round, in order."""
    decided = {
        decision.step: decision
        for decision in ApprovalDecision.objects.filter(
            request=request, round=request.round
        ).select_related("approver", "instead_of")
    }
    names = names_of(request.organization_id, request.steps)
    able = [
        _able_words(member, decider.instead_of, names)
        for member, decider in deciders_of(request, now)
    ]
    rows = []
    for number, step in enumerate(request.steps):
        decision = decided.get(number)
        is_waiting = request.state == PurchaseRequest.State.WAITING and number == request.step
        state = StepState.WAITING if is_waiting else StepState.AHEAD
        if decision is not None:
            state = StepState(decision.verdict)
        rows.append(
            ChainRow(
                number=number + 1,
                named=step_words(step, names),
                state=state,
                decision=decision,
                able=able if is_waiting else [],
            )
        )
    return rows


def _able_words(member: Membership, instead_of: int | None, names: dict[int, str]) -> str:
    if instead_of is None:
        return member.display_name
    return _("%(name)s for %(other)s") % {
        "name": member.display_name,
        "other": names.get(instead_of, _("somebody who left")),
    }


def names_of(organization_id: int, steps: Sequence[Step]) -> dict[int, str]:
    """Return names of those whom steps name and of everybody who may approve, by id."""
    ids = {person for step in steps for person in step.people}
    found = {member.pk: member.display_name for member in members_who_approve(organization_id)}
    missing = ids - found.keys()
    if missing:
        gone = Membership.objects.filter(organization_id=organization_id, pk__in=missing)
        found |= {member.pk: member.display_name for member in gone}
    return found


@dataclass(frozen=True, slots=True)
class BandPreview:
    """A band as it would work today: each step with its names, and what would not work."""

    band: Band
    until_minor: int | None
    steps: list[tuple[str, list[str]]]
    warnings: list[str]


def preview_of(organization_id: int, rules: Rules) -> list[BandPreview]:
    """Return how rules would work with the people of today, band by band."""
    members = members_who_approve(organization_id)
    people = people_of(members)
    names = {member.pk: member.display_name for member in members}
    buyers = [member for member in members if member.role in BUYING_ROLES]
    found = []
    for number, band in enumerate(rules.bands):
        following = rules.bands[number + 1 : number + 2]
        steps = [
            (
                step_words(step, names),
                [names[one.id] for one in principals(Case(band.steps, at, None), people)],
            )
            for at, step in enumerate(band.steps)
        ]
        found.append(
            BandPreview(
                band,
                following[0].from_minor if following else None,
                steps,
                _warnings(band, steps, buyers, members),
            )
        )
    return found


def _warnings(
    band: Band,
    steps: list[tuple[str, list[str]]],
    buyers: list[Membership],
    members: list[Membership],
) -> list[str]:
    empty = [words for words, names in steps if not names]
    if empty:
        return [
            _("Nobody can decide this step today: %(step)s.") % {"step": words} for words in empty
        ]
    people = people_of(members)
    stuck = [buyer for buyer in buyers if stuck_steps(band.steps, buyer.pk, people)]
    if buyers and len(stuck) == len(buyers):
        return [
            _(
                "Nobody who buys could have this approved: whoever asks never approves, and nobody "
                "approves twice. Name more approvers."
            )
        ]
    return [
        _("If %(name)s asks, nobody is left to approve: they are the only approver of a step.")
        % {"name": buyer.display_name}
        for buyer in stuck
    ]
