"""What the services come to is what a diary comes to that is counted hour by hour."""

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from billing.domain.price_table import Tier
from tests.integration.trueups.conftest import DAY, START, make_acme
from tests.support.recount import HOUR, Diary, naive_cents, naive_overage, naive_price
from trueups.domain.terms import Activity, Policy, QuarterBasis
from trueups.models import HighWaterDay
from trueups.services import review
from trueups.services.marks import keep_marks, recount_marks

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

BERLIN = ZoneInfo("Europe/Berlin")
END = datetime(2026, 3, 31, 22, tzinfo=UTC)  # midnight before 1 April in Berlin
BEGIN = END - 5 * DAY  # the clocks change on 29 March
TIERS: list[tuple[int | None, int]] = [(4, 10_003), (9, 8_111), (None, 5_999)]


@pytest.mark.parametrize("policy", list(Policy))
def test_any_order_of_events_comes_to_the_naive_recount(
    transactional_db: None, policy: Policy
) -> None:
    chance = random.Random(f"true-up {policy.value}")
    acme = make_acme(
        seats=6, tiers=tuple(Tier(up, unit) for up, unit in TIERS), time_zone="Europe/Berlin"
    )
    acme.lend(40)
    diary = Diary(bought=[(START, 6)])
    people = acme.hire(14)
    diary.seated = {n: [] for n in range(14)}
    diary.active = {n: set() for n in range(14)}
    window, least = 3, 2
    acme.agree(
        BEGIN, policy=policy, activity=Activity(window, least), quarter_basis=QuarterBasis.CALENDAR
    )
    for number in range(5):
        acme.seat(people[number], at=START + DAY)
        diary.seated[number].append((START + DAY, None))
    acme.beat(BEGIN)
    for day in range(-3, 6):
        moment = BEGIN + day * DAY
        for number in chance.sample(range(14), 7):
            acme.act(people[number], moment)
            diary.active[number].add(moment.date())
    at = BEGIN
    while (at := at + chance.randint(0, 5) * HOUR) < END + 2 * DAY:
        if BEGIN < END <= at:
            acme.beat(at)
        number = chance.randrange(14)
        spells = diary.seated[number]
        sits = bool(spells) and spells[-1][1] is None
        if chance.random() < 0.12:
            acme.book(1, at)
            diary.bought.append((at, 1))
        elif sits and spells[-1][0] < at:
            acme.release(people[number], at=at)
            spells[-1] = (spells[-1][0], at)
        elif not sits and (not spells or spells[-1][1] != at):
            acme.seat(people[number], at=at)
            spells.append((at, None))
    now = END + 2 * DAY
    acme.beat(now)
    true_up = acme.true_up("2026-Q1")
    with acme.context():
        offered = [row.membership_id for row in true_up.people.filter(is_offered=True)]
    if offered:
        review.decide(
            organization_id=acme.id,
            true_up_id=true_up.pk,
            membership_ids=offered[:2],
            decision="remove",
            reason="gone",
            actor=acme.actor,
            now=now,
        )
        true_up = acme.true_up("2026-Q1")
    over = naive_overage(
        diary,
        start=BEGIN,
        end=END,
        now=now,
        flexible=policy is Policy.FLEXIBLE,
        window=window,
        least=least,
    )
    held = diary.purchased(now)
    left = max(held + over - len(offered[:2]), 6)
    share = Fraction((datetime(2027, 1, 1, tzinfo=UTC) - END) // HOUR, 365 * 24)
    expected = naive_cents((naive_price(TIERS, held + over) - naive_price(TIERS, held)) * share)
    expected += naive_cents((naive_price(TIERS, left) - naive_price(TIERS, held + over)) * share)
    assert (true_up.overage_seats, true_up.total_minor) == (over, expected)

    days = [date(2026, 3, 27) + timedelta(days=n) for n in range(5)]
    keep_marks(now=now)
    recount_marks(organization_id=acme.id, first=days[0], last=days[-1], now=now)
    with acme.context():
        marks = {
            mark.day: (mark.assigned_high, mark.overage_high)
            for mark in HighWaterDay.objects.filter(day__in=days)
        }
    assert marks == {day: naive_mark(diary, day) for day in days}


def naive_mark(diary: Diary, day: date) -> tuple[int, int]:
    """The most of the hours that belong to a day in Berlin: 23 of them when the clocks change."""
    around = [datetime(day.year, day.month, day.day, tzinfo=UTC) + n * HOUR for n in range(-6, 30)]
    hours = [at for at in around if at.astimezone(BERLIN).date() == day]
    used = [sum(diary.sits(person, at) for person in diary.seated) for at in hours]
    over = [max(n - diary.purchased(at), 0) for n, at in zip(used, hours, strict=True)]
    return max(used), max(over)
