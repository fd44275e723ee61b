"""Lives that are told instead of drawn, by the same rules and held to the same invariants.

Each returns outcomes that it must have had, so that a life that went another way is noticed.
"""

import inspect
import re
from collections.abc import Callable
from datetime import timedelta

from billing.domain.dunning import End
from tests.fire.base import TROUBLE
from tests.fire.machine import BEGINNINGS, OrganizationLife

DAY = timedelta(days=1)
CUT_AFTER_CHANGE, REFUSED = TROUBLE[2], TROUBLE[4]


def on_terms_overdue_ended_and_begun_again(life: OrganizationLife) -> set[str]:
    life.begins(
        price="graduated",
        at=BEGINNINGS[0],
        zone="Europe/Berlin",
        seats=5,
        tax=1900,
        end=End.CANCELED,
        difference="seats at Stripe",
    )
    life.agrees_on_terms(how="invoice", death=None)
    life.buys_seats(more=3, death=None)
    life.pays_an_open_invoice()
    life.agrees_on_terms(how="invoice, little room", death=None)
    life.buys_seats(more=9, death=None)
    life.agrees_on_terms(how="month, card", death=None)
    for more in (2, 1):
        life.buys_seats(more=more, death=None)
    life.moves_to_another_time_zone(zone="America/New_York")
    # 31 January: the month's end and the renewal of 28 February.
    life.time_passes(span=2 * DAY)
    life.everything_comes_to_rest(mixing=1)
    life.agrees_on_terms(how="card", death=None)
    life.uses_another_card(card="pm_card_chargeCustomerFail")
    life.time_passes_to_the_edge_of_the_period(around=2)
    for days in (1, 5, 5):
        life.time_passes(span=days * DAY)
        life.worker_does_a_round(death=None)
    life.everything_comes_to_rest(mixing=2)
    assert life.has_ended()
    life.uses_another_card(card="pm_card_visa")
    life.starts_again(price="year", seats=4, death=None)
    assert not life.has_ended()
    return {
        "bought: provisioned invoice",
        "bought: provisioned monthly",
        "refused: credit_limit_reached",
        "overdue, past_due",
        "overdue, restricted",
        "overdue, ended subscription_ended",
        "start: done",
    }


def switched_planned_and_recovered(life: OrganizationLife) -> set[str]:
    life.begins(
        price="cliff",
        at=BEGINNINGS[4],
        zone="Asia/Jakarta",
        seats=6,
        tax=0,
        end=End.PAST_DUE,
        difference="end at Stripe",
    )
    life.buys_another_price(price="business", more=1, death=None)
    life.plans_another_price(price="month", death=None)
    life.plans_seats_for_the_renewal(fewer=2, death=None)
    life.time_passes_to_the_edge_of_the_period(around=2)
    life.time_passes(span=DAY)
    life.worker_does_a_round(death=None)
    assert life.one.current().price == life.one.prices["month"]
    life.uses_another_card(card="pm_card_chargeCustomerFail")
    life.time_passes_to_the_edge_of_the_period(around=2)
    life.time_passes(span=DAY)
    life.worker_does_a_round(death=None)
    life.recovers_with_a_card(card="pm_card_visa", death=None)
    life.everything_comes_to_rest(mixing=3)
    life.buys_another_price(price="year", more=2, death=None)
    life.plans_another_price(price="month", death=None)
    life.takes_a_plan_back(death=None)
    assert life.one.current().price == life.one.prices["year"]
    return {"quoted: plan_change", "quoted: switch", "overdue: paid"}


def declined_killed_and_asleep(life: OrganizationLife) -> set[str]:
    life.begins(
        price="graduated",
        at=BEGINNINGS[5],
        zone="Europe/Berlin",
        seats=4,
        tax=0,
        end=End.UNPAID,
        difference="credit at Stripe",
    )
    life.plans_seats_while_stripe_is_in_trouble(fewer=2, trouble=REFUSED)
    life.everything_comes_to_rest(mixing=4)
    life.buys_beside_a_plan(more=2, death=None)
    life.uses_another_card(card="pm_card_chargeCustomerFail")
    life.buys_seats(more=1, death=None)
    life.everything_comes_to_rest(mixing=5)
    life.uses_another_card(card="pm_card_authenticationRequired")
    life.buys_seats(more=2, death=None)
    life.delivers_in_any_order(mixing=1, share=0.3, loses=True, death=None)
    life.answers_the_bank(passes=True)
    life.delivers_in_any_order(mixing=2, share=0.7, loses=False, death=None)
    life.delivers_again(mixing=3)
    life.time_passes(span=DAY / 24)
    life.buys_seats(more=1, death=None)
    life.gives_up_the_confirmation()
    life.uses_another_card(card="pm_card_visa")
    life.quotes_seats(more=3)
    life.clicks_twice_at_once(more=2)
    life.buys_with_an_earlier_quote(which=0, death=None)
    life.seats_or_unseats_somebody(person=1)
    life.stripe_is_in_trouble(trouble=CUT_AFTER_CHANGE)
    life.buys_while_stripe_is_in_trouble(more=1, trouble=CUT_AFTER_CHANGE)
    life.clicks_again()
    life.everything_comes_to_rest(mixing=6)
    # The charge is at Stripe, and nobody grants it before the renewal.
    life.buys_and_dies(more=2, death=2)
    life.worker_dies_or_comes_back()
    life.time_passes_to_the_edge_of_the_period(around=1)
    life.worker_dies_or_comes_back()
    life.everything_comes_to_rest(mixing=7)
    life.buys_and_dies(more=1, death=0)
    life.worker_sleeps_through_renewals(times=2)
    life.everything_comes_to_rest(mixing=8)
    life.cancels_the_subscription(death=None)
    life.is_ended_by_the_vendor(really=True)
    return {
        "bought: failed card",
        "bought: requires_action card",
        "3DS passed",
        "died after commit",
        "died after POST subscription_items",
    }


TOLD: list[Callable[[OrganizationLife], set[str]]] = [
    on_terms_overdue_ended_and_begun_again,
    switched_planned_and_recovered,
    declined_killed_and_asleep,
]


def live_told(
    kind: type[OrganizationLife], tell: Callable[[OrganizationLife], set[str]]
) -> set[str]:
    """Live a told life to its end; return the outcomes that it must have had."""
    life = kind()
    expected = tell(life)
    life.teardown()
    return expected


def rules_of(kind: type) -> set[str]:
    """Return the names under which the rules of a machine are tallied."""
    sources = [
        inspect.getsource(member)
        for _name, member in inspect.getmembers(kind, inspect.isfunction)
        if hasattr(member, "hypothesis_stateful_rule")
    ]
    return {name for source in sources for name in re.findall(r'self\.did\("(.+)"\)', source)}
