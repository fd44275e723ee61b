"""Writes how an organization buys, and what its account manager proposes to write there."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from procurement.domain.calendar import BuyingCalendar, Freeze, NoOpenDay, start_by
from procurement.models import PlannedExpansion, ProcurementFreeze, ProcurementProfile
from procurement.models.profile import Paper, ProfileProposal
from procurement.selectors.calendar import freezes_of, profile_of


class ProfileNotPossible(DomainError):
    """What was entered cannot be how anybody buys; `about` in the details names it."""

    code: ClassVar[str] = "profile_not_possible"
    status: ClassVar[int] = 422


class ProposalNotOpen(DomainError):
    """A proposal was answered already."""

    code: ClassVar[str] = "proposal_not_open"


@dataclass(frozen=True, slots=True)
class FreezeDetails:
    """A freeze as it is entered; first and last day are included."""

    name: str
    first_on: date
    last_on: date
    every_year: bool = True


@dataclass(frozen=True, slots=True)
class ProfileDetails:
    """A whole profile as it is entered."""

    fiscal_start_month: int = 1
    budget_months: tuple[int, ...] = ()
    lead_days: int = 75
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    cost_centres: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    freezes: tuple[FreezeDetails, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        data = asdict(self)
        data["freezes"] = [
            {**freeze, "first_on": str(freeze["first_on"]), "last_on": str(freeze["last_on"])}
            for freeze in data["freezes"]
        ]
        return {
            name: list(part) if isinstance(part, tuple) else part for name, part in data.items()
        }

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Self:
        """Return what `as_json` made."""
        freezes = tuple(
            FreezeDetails(
                part["name"],
                date.fromisoformat(part["first_on"]),
                date.fromisoformat(part["last_on"]),
                part["every_year"],
            )
            for part in data["freezes"]
        )
        lists = {name: tuple(data[name]) for name in ("budget_months", "cost_centres", "papers")}
        return cls(**{**data, **lists, "freezes": freezes})

    @classmethod
    def of_profile(cls, profile: ProcurementProfile, freezes: list[ProcurementFreeze]) -> Self:
        """Return a profile as it would be entered."""
        return cls(
            profile.fiscal_start_month,
            tuple(sorted(profile.budget_months)),
            profile.lead_days,
            profile.contact_name,
            profile.contact_email,
            profile.contact_phone,
            tuple(profile.cost_centres),
            tuple(profile.papers),
            tuple(
                FreezeDetails(freeze.name, freeze.first_on, freeze.last_on, freeze.every_year)
                for freeze in freezes
            ),
        )

    def calendar(self) -> BuyingCalendar:
        """Return it as the domain decides with it; raises ValueError."""
        return BuyingCalendar(
            self.fiscal_start_month,
            self.lead_days,
            frozenset(self.budget_months),
            tuple(
                Freeze(part.first_on, part.last_on, part.every_year, part.name)
                for part in self.freezes
            ),
        )


def current_details(organization_id: int) -> ProfileDetails:
    """Return the profile of today as it would be entered."""
    return ProfileDetails.of_profile(profile_of(organization_id), freezes_of(organization_id))


def check_details(details: ProfileDetails, today: date) -> None:
    """Raise ProfileNotPossible when nothing could be bought this way."""
    try:
        calendar = details.calendar()
    except ValueError as error:
        raise ProfileNotPossible(
            _("Please check the days of each freeze: one of every year is shorter than a year."),
            about="freezes",
        ) from error
    try:
        start_by(today, calendar)
        calendar.next_to_ask(today)
    except NoOpenDay as error:
        raise ProfileNotPossible(
            _("The freezes cover every month in which budget is asked. Leave a day between them."),
            about="freezes",
        ) from error
    if set(details.papers) - set(Paper.values):
        raise ProfileNotPossible(_("There is no such document."), about="papers")


def change_profile(
    *, organization_id: int, details: ProfileDetails, actor: Actor, now: datetime, today: date
) -> ProcurementProfile:
    """Write how the organization buys; open plans get their new days.

    Nothing is recorded when nothing changes. `today` is the organization's day. Raises
    ProfileNotPossible.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        return _change(organization_id, details, actor, now, today)


def _change(
    organization_id: int, details: ProfileDetails, actor: Actor, now: datetime, today: date
) -> ProcurementProfile:
    check_details(details, today)
    ProcurementProfile.objects.get_or_create(
        organization_id=organization_id,
        defaults={"version": 0, "changed_at": now, "changed_by_label": actor.label[:200]},
    )
    profile = ProcurementProfile.objects.select_for_update(of=("self",)).get(
        organization_id=organization_id
    )
    before, after = current_details(organization_id).as_json(), details.as_json()
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes and profile.version:
        return profile
    for name, value in after.items():
        if name != "freezes":
            setattr(profile, name, value)
    profile.version += 1
    profile.changed_at, profile.changed_by_id = now, actor.user_id
    profile.changed_by_label = actor.label[:200]
    profile.save()
    if "freezes" in changes:
        ProcurementFreeze.objects.filter(organization_id=organization_id).delete()
        ProcurementFreeze.objects.bulk_create(
            ProcurementFreeze(organization_id=organization_id, **asdict(part))
            for part in details.freezes
        )
    calendar = details.calendar()
    for plan in PlannedExpansion.objects.select_for_update().filter(
        organization_id=organization_id, state__in=["planned", "started"]
    ):
        dates = start_by(plan.wanted_on, calendar)
        if (plan.start_by_on, plan.close_by_on) != (dates.start_by, dates.close_by):
            plan.start_by_on, plan.close_by_on = dates.start_by, dates.close_by
            plan.version += 1
            plan.changed_at = now
            plan.save()
    record(
        actor=actor,
        verb="procurement_profile_changed",
        subject=profile,
        organization_id=organization_id,
        now=now,
        changes=changes,
    )
    return profile


def propose_profile(
    *,
    organization_id: int,
    details: ProfileDetails,
    note: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> ProfileProposal:
    """Write what the account manager proposes; it takes the place of an open proposal.

    Raises ProfileNotPossible, also when the profile says so already.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        check_details(details, today)
        if details == current_details(organization_id):
            raise ProfileNotPossible(_("The profile says exactly this already."), about="note")
        for earlier in ProfileProposal.objects.select_for_update().filter(
            organization_id=organization_id, state=ProfileProposal.State.OPEN
        ):
            _answer(earlier, ProfileProposal.State.WITHDRAWN, actor, now)
        proposal = ProfileProposal.objects.create(
            organization_id=organization_id,
            proposed=details.as_json(),
            note=note,
            proposed_by_id=actor.user_id,
            proposed_by_label=actor.label[:200],
            proposed_at=now,
        )
        record(
            actor=actor,
            verb="procurement_profile_proposed",
            subject=proposal,
            organization_id=organization_id,
            now=now,
        )
        return proposal


def answer_proposal(
    *,
    organization_id: int,
    proposal_id: int,
    accept: bool,
    actor: Actor,
    now: datetime,
    today: date,
) -> ProfileProposal:
    """Accept a proposal, which changes the profile, or decline it.

    Raises ProposalNotOpen and what `change_profile` raises.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        proposal = (
            ProfileProposal.objects.select_for_update()
            .filter(organization_id=organization_id, pk=proposal_id)
            .first()
        )
        if proposal is None or proposal.state != ProfileProposal.State.OPEN:
            raise ProposalNotOpen(_("This proposal was answered already."))
        if accept:
            details = ProfileDetails.of_json(proposal.proposed)
            _change(organization_id, details, actor, now, today)
        state = ProfileProposal.State.ACCEPTED if accept else ProfileProposal.State.DECLINED
        return _answer(proposal, state, actor, now)


def _answer(
    proposal: ProfileProposal, state: ProfileProposal.State, actor: Actor, now: datetime
) -> ProfileProposal:
    proposal.state = state
    proposal.answered_by_label, proposal.answered_at = actor.label[:200], now
    proposal.save()
    record(
        actor=actor,
        verb=f"procurement_proposal_{state.value}",
        subject=proposal,
        organization_id=proposal.organization_id,
        now=now,
    )
    return proposal
