"""What each kind of signal says: its evidence and its offer, gathered when it opens or rises.

Runs inside the organization's tenancy context. Owns: which facts are told. Does not own: the words
(`selectors.sentences`) or when something is told.
"""

from signals.domain.bands import Band
from signals.domain.evidence import (
    band_evidence,
    low_use_evidence,
    people_waiting,
    run_out_evidence,
    worth_a_year,
)
from signals.domain.runout import RunOut
from signals.selectors.facts import ScannedFacts
from signals.selectors.forecast import run_outs
from signals.selectors.waiting import groups_of, people_without_seat
from signals.services.detector import Case, Picture
from signals.services.offer import USUAL_OF_A_FINDING, Offer, annual_value, make_offer

_MOST_GROUPS = 3
_WORTH_SAYING = 0.01


def seats_picture(case: Case) -> Picture:
    """Return the seats, who waits for one, when they run out, and what more would be worth."""
    facts, organization = case.sight.organization, case.organization
    band = case.band or Band.EIGHTY
    people = list(people_without_seat(organization_id=organization.pk, at=facts.at, on=facts.on))
    run_out = run_outs({organization.pk: facts.seats}, at=facts.at, on=facts.on)[organization.pk]
    offer = make_offer(
        organization_id=organization.pk,
        currency=organization.currency,
        band=band,
        seats=facts.seats,
        people_without_seat=len(people),
        run_out=run_out,
    )
    evidence = (
        *band_evidence(band, facts.seats, case.state.due_evaluations, unseated=facts.unseated),
        *(
            people_waiting(g.department, g.people)
            for g in groups_of(people, organization_id=organization.pk)[:_MOST_GROUPS]
        ),
        *(run_out_evidence(run_out) if run_out and _is_in_sight(run_out, facts) else ()),
        *((worth_a_year(offer.value_minor, offer.currency),) if offer.value_minor > 0 else ()),
    )
    return Picture(evidence, offer, len(people))


def _is_in_sight(run_out: RunOut, facts: ScannedFacts) -> bool:
    """Whether a forecast says more than that the seats are full, or that nothing is coming."""
    return facts.seats.free > 0 and run_out.probability_60 >= _WORTH_SAYING


def no_offer(case: Case) -> Offer:
    """Return the offer of a signal that suggests no seats."""
    return Offer(0, 0, case.organization.currency, 0)


def found_picture(case: Case) -> Picture:
    """Return the evidence that the rule found, with no seats to offer."""
    return Picture(case.sight.evidence, no_offer(case))


def seats_wanted_picture(case: Case) -> Picture:
    """Return the evidence that the rule found, with the seats that it asks for and their worth."""
    wanted, seats = int(case.sight.values.get("seats", 0)), case.sight.organization.seats
    if not wanted:
        return found_picture(case)
    value = annual_value(
        organization_id=case.organization.pk,
        quantity_from=seats.purchased,
        quantity_to=seats.purchased + wanted,
    )
    value_minor, currency = value or (0, case.organization.currency)
    worth = (worth_a_year(value_minor, currency),) if value_minor > 0 else ()
    offer = Offer(wanted, value_minor, currency, USUAL_OF_A_FINDING)
    return Picture((*case.sight.evidence, *worth), offer, wanted)


def unseated_picture(case: Case) -> Picture:
    """Return who works without a seat, by department."""
    facts = case.sight.organization
    people = list(
        people_without_seat(organization_id=case.organization.pk, at=facts.at, on=facts.on)
    )
    groups = groups_of(people, organization_id=case.organization.pk)[:_MOST_GROUPS]
    return Picture(
        tuple(people_waiting(g.department, g.people) for g in groups), no_offer(case), len(people)
    )


def low_use_picture(case: Case) -> Picture:
    """Return how few seats are in use, and for how long."""
    settings, facts = case.settings, case.sight.organization
    evidence = low_use_evidence(
        facts.seats, below=settings.below, days=settings.pending_days, unseated=facts.unseated
    )
    return Picture(evidence, no_offer(case))
