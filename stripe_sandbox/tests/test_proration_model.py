"""Random changes within one period against a model of three lines."""

import random
from fractions import Fraction

import pytest

from stripe_sandbox.tests.world import FEBRUARY, JANUARY, World, amounts


def total(kind: str, seats: int) -> int:
    """10 at 1000, 40 at 800, the rest at 600."""
    if kind == "flat":
        return 1000 * seats
    if kind == "volume":
        return seats * (1000 if seats <= 10 else 800 if seats <= 50 else 600)
    return min(seats, 10) * 1000 + max(0, min(seats, 50) - 10) * 800 + max(0, seats - 50) * 600


def rounded(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


@pytest.mark.parametrize("kind", ["flat", "graduated", "volume"])
def test_every_change_credits_the_old_total_and_debits_the_new(world: World, kind: str) -> None:
    chance = random.Random(kind)
    customer = world.ada()
    seats, at, carried = chance.randint(1, 60), JANUARY, 0
    sub = world.subscribe(customer, getattr(world, kind)(), seats)
    for _ in range(6):
        at = chance.randint(at + 1, FEBRUARY - 1)
        world.advance(at)
        wanted = chance.choice([n for n in range(1, 80) if n != seats])
        preview = world.preview(sub, wanted, proration_date=at)
        world.buy(sub, wanted, proration_date=at)
        invoice = world.latest(sub)
        left = Fraction(FEBRUARY - at, FEBRUARY - JANUARY)
        assert amounts(invoice) == [
            -rounded(total(kind, seats) * left),
            rounded(total(kind, wanted) * left),
        ]
        assert preview.total == invoice.total
        carried += invoice.total - invoice.amount_paid
        assert world.balance(customer) == carried
        seats = wanted
    assert world.quantity(sub) == seats
