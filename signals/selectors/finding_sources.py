"""What the detectors of findings look at: facts of all organizations, judged by the pure rules."""

from collections.abc import Callable, Iterable, Iterator

from signals.domain.detectors.found import Found, milestone_scope
from signals.domain.detectors.growth import (
    found_clock,
    found_cross_department,
    found_geography,
    found_hierarchy,
)
from signals.domain.detectors.leaders import found_leader
from signals.domain.detectors.limits import found_overage, found_refusals
from signals.domain.detectors.milestones import (
    Milestone,
    RenewalSettings,
    TrialSettings,
    found_renewal,
    found_trial,
)
from signals.domain.detectors.new_hires import found_new_hires
from signals.domain.detectors.power_users import (
    ConcentrationSettings,
    DepartmentPower,
    Habit,
    OrganizationPower,
    PowerUserSettings,
    found_concentration,
    found_power_users,
)
from signals.domain.detectors.relationship import (
    found_champion_left,
    found_intent,
    found_single_threaded,
)
from signals.domain.detectors.run_out import found_run_out
from signals.domain.detectors.value import found_value
from signals.selectors import account_facts, people_facts
from signals.selectors.facts import ScannedFacts
from signals.selectors.forecast import filling
from signals.selectors.sights import Ask, Sight, Source, Thresholds

type Facts[F] = Iterable[tuple[ScannedFacts, str, F]]


def _sight(seen: ScannedFacts, scope: str, found: Found) -> Sight:
    return Sight(seen, scope=scope, evidence=found.evidence, values={"seats": found.seats})


def source[F, S](
    read: Callable[[Ask], Facts[F]], rule: Callable[[F, S], Found | None]
) -> Source[S]:
    """A source of what the rule finds in the facts, by the settings of each organization."""

    def look(ask: Ask, thresholds: Thresholds[S]) -> Iterator[Sight]:
        for seen, scope, facts in read(ask):
            settings = thresholds.of(seen.organization_id)
            found = None if settings is None else rule(facts, settings)
            if found is not None:
                yield _sight(seen, scope, found)

    return look


def _loosest[S: Habit](thresholds: Thresholds[S]) -> tuple[int, int]:
    """How little makes a power user anywhere: what the statement may leave out."""
    used = [each for each in (thresholds.usual, *thresholds.by_organization.values()) if each]
    return (
        min((each.workdays for each in used), default=5),
        min((each.weeks for each in used), default=4),
    )


def power_users(ask: Ask, thresholds: Thresholds[PowerUserSettings]) -> Iterator[Sight]:
    """Yield the departments with enough power users."""
    workdays, weeks = _loosest(thresholds)

    def read(ask: Ask) -> Facts[DepartmentPower]:
        return people_facts.departments_with_power(ask, workdays=workdays, weeks=weeks)

    yield from source(read, found_power_users)(ask, thresholds)


def concentration(ask: Ask, thresholds: Thresholds[ConcentrationSettings]) -> Iterator[Sight]:
    """Yield the organizations with power users beside idle seats."""
    workdays, weeks = _loosest(thresholds)

    def read(ask: Ask) -> Facts[OrganizationPower]:
        return people_facts.organizations_with_power(ask, workdays=workdays, weeks=weeks)

    yield from source(read, found_concentration)(ask, thresholds)


def _milestones[S: (TrialSettings, RenewalSettings)](
    read: Callable[[Ask], Facts[Milestone]], rule: Callable[[Milestone, int, S], Found | None]
) -> Source[S]:
    def look(ask: Ask, thresholds: Thresholds[S]) -> Iterator[Sight]:
        for seen, _scope, facts in read(ask):
            settings = thresholds.of(seen.organization_id)
            for step in () if settings is None else settings.steps:
                found = None if settings is None else rule(facts, step, settings)
                if found is not None:
                    yield _sight(seen, milestone_scope(step), found)

    return look


new_hires = source(people_facts.departments_hiring, found_new_hires)
cross_department = source(people_facts.departments, found_cross_department)
department_clock = source(people_facts.clocks, found_clock)
leader = source(people_facts.departments_with_leaders, found_leader)
hierarchy = source(people_facts.lines, found_hierarchy)
geography = source(people_facts.regions, found_geography)
value = source(account_facts.outcomes, found_value)
intent = source(account_facts.requests, found_intent)
champion_left = source(account_facts.champions, found_champion_left)
single_threaded = source(account_facts.contacts, found_single_threaded)
limit_refused = source(account_facts.refusals, found_refusals)
overage = source(account_facts.overages, found_overage)
run_out = source(filling, found_run_out)
trial = _milestones(account_facts.trials, found_trial)
renewal = _milestones(account_facts.renewals, found_renewal)
