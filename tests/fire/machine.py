"""The state machine: months of an organization's life, in whatever order Hypothesis thinks of.

Each rule is one thing that a person, Stripe, the network or time does. The invariants are checked
after every rule, and once more when everything has been brought to rest. At the end of each life
somebody changes one side behind the other's back, and the comparison has to find exactly that.
"""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from billing.domain.dunning import End
from tests.fire.base import BaseLife, Tally
from tests.fire.buying import Buying
from tests.fire.differences import DIFFERENCES, find_made_up_difference
from tests.fire.life import PRICES, begin
from tests.fire.paying import Cards, Paying
from tests.fire.planning import Planning
from tests.fire.surroundings import ZONES, Surroundings

__all__ = ["BuyersLife", "OrganizationLife", "PlannersLife", "Tally"]

# The clock is set before the edges that calendars have: the end of a month of 30, 31 and 28 days,
# 29 February, the turn of the year, and the hours that Berlin and New York have twice or never.
BEGINNINGS = [
    datetime(2027, 1, 31, 12, 0, tzinfo=UTC),
    datetime(2027, 10, 30, 23, 30, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 1, 31, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 8, 15, 1, tzinfo=UTC),
    datetime(2028, 3, 26, 0, 59, 59, tzinfo=UTC),
]


class Lived(BaseLife):
    """A beginning and an end."""

    @initialize(
        price=st.sampled_from(sorted(PRICES)),
        at=st.sampled_from(BEGINNINGS),
        zone=st.sampled_from(ZONES),
        seats=st.integers(min_value=1, max_value=12),
        tax=st.sampled_from([0, 1900]),
        end=st.sampled_from(list(End)),
        difference=st.sampled_from(sorted(DIFFERENCES)),
    )
    def begins(
        self,
        price: str,
        at: datetime,
        zone: str,
        seats: int,
        tax: int,
        end: End,
        difference: str,
    ) -> None:
        self.difference = difference
        self.life = begin(
            self.sandbox,
            price=price,
            at=at,
            seats=seats,
            people=3,
            time_zone=zone,
            tax_rate_basis_points=tax,
            end=end,
        )

    def teardown(self) -> None:
        if self.life is None:
            return
        self.bring_to_rest(mixing=0)
        self.let_the_bank_time_out()
        if find_made_up_difference(self.one, self.difference):
            self.noted(f"difference found: {self.difference}")


class OrganizationLife(Lived, Planning, Paying, Surroundings):
    """All rules."""


class BuyersLife(Lived, Buying, Cards, Surroundings):
    """A life of purchases by card; what it lives is a part of what any life may meet."""


class PlannersLife(Lived, Planning, Cards, Surroundings):
    """A life of plans and other prices."""
