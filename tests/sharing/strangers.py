"""People nobody fitted for: personas and patterns that took no part in any fit, and their worlds.

They are drawn from what offices are like and not from what the detector looks at. Some innocent
ones are nearly the same as sharing (a desk that stays at a second home); they say where it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.user_agents import FormFactor
from tests.sharing.climates import DAYS, PERSONAS, World
from tests.sharing.people import Gear, Habits, Person, computer, phone
from tests.sharing.places import CITIES, Spot
from tests.sharing.practice import Population
from tests.sharing.worlds import USUAL, Cast, Context, Turn, alone, city_of, part, population


def _family_plan(context: Context) -> list[Turn]:
    """Travels every week with laptop, phone and a tablet that children use at home."""
    person = context.person(Habits(trips=0.3, trip_days=3, outside=0.15, weekend=0.3))
    person.gear.append(phone(f"{person.name} second sim", context.random))
    return [Turn(person)]


def _far_exits(context: Context) -> list[Turn]:
    """A VPN that changes its exit each session, on computer and phone alike."""
    person = context.person(Habits(tunnel=0.95))
    person.tunnels = context.builder.geography.tunnel(of_the_company=False)
    return [Turn(person)]


def _kiosk(context: Context) -> list[Turn]:
    """Works changing shifts at a computer of the hall, with a phone of their own."""
    person = context.person(Habits(office=1.0, weekend=0.4, phone=0.2, tethered=0.0))
    hall = context.room or computer(f"{context.office.city} hall", context.random, 0)
    person.gear = [hall, phone(f"{person.name} p", context.random)]
    return _changing_shifts(context, person)


def _changing_shifts(context: Context, person: Person) -> list[Turn]:
    turns = []
    for number, start in enumerate((6.0, 14.0, 21.0)):
        own = replace(person, habits=replace(person.habits, starts_at=start, hours=7, evening=0))
        days = frozenset(d for d in range(DAYS) if d // 7 % 3 == number)
        turns.append(Turn(own, 0.9, days=days))
    return turns


def _developer(context: Context) -> list[Turn]:
    """Two computers side by side all day, and a virtual machine in a data center."""
    random = context.random
    person = context.person(Habits(second=0.45, sessions=6, phone=0.05, evening=0.3))
    person.gear.append(computer(f"{person.name} tower", random, 0, minor=True))
    machine = Gear(FormFactor.COMPUTER, "linux", "chrome", f"{person.name} vm", 3, minor=True)
    center = context.builder.geography.data_center(context.anywhere())
    habits = replace(person.habits, tethered=0, outside=0, trips=0, tunnel=0, phone=0, active=0.5)
    remote = replace(person, home=center, office=center, habits=habits, gear=[machine])
    return [Turn(person), Turn(remote)]


def _carrier_only(context: Context) -> list[Turn]:
    """Never on a line of their own: a carrier's prefix is new each session, its hub far away."""
    person, geography = context.person(Habits(outside=0.0, phone=0.4)), context.builder.geography
    hubs = [i for i, c in enumerate(CITIES) if c[0] == CITIES[person.home.city][0]]
    kind = context.random.choice((NetworkClass.MOBILE, NetworkClass.MOBILE, NetworkClass.UNKNOWN))
    network = geography._network(person.home.city, 9)
    places = tuple(geography._place(context.random.choice(hubs), kind, network) for _ in range(24))
    line = Spot(person.home.city, places, renewed_daily=context.random.random() < 0.5)
    person.home = line
    return [Turn(person)]


def _one_gateway(context: Context) -> list[Turn]:
    """An office whose every branch leaves by one far gateway; phones are on the carrier."""
    person = context.person(Habits(office=0.6, phone=0.25))
    person.tunnels, person.tunnelled_always = context.company[:1], True
    person.habits = replace(person.habits, tethered=0.0)
    return [Turn(person)]


def _two_desks(context: Context) -> list[Turn]:
    """A laptop and a phone, and a desk that stays at a second home every other week."""
    person = context.person(Habits(office=0.3, weekend=0.3))
    person.other_home = context.builder.geography.home(city_of(context, 0.5))
    desk = computer(f"{person.name} desk", context.random, 0, minor=True)
    desk.stays_at = person.other_home
    person.gear.append(desk)
    return [Turn(person)]


def _hot_desk(context: Context) -> list[Turn]:
    """Another of the office's computers each day, whoever is early."""
    person = context.person(Habits(office=0.9, second=0.7, private=0.3))
    for number in range(4):
        shared = Gear(
            FormFactor.COMPUTER,
            "windows",
            "edge",
            f"{context.office.city} {context.member.rsplit(' ', 1)[0]} desk {number}",
            0,
            stays_at=context.office,
            minor=True,
        )
        person.gear.append(shared)
    return [Turn(person)]


def _flyer(context: Context) -> list[Turn]:
    """Three days a week at a client across an ocean, the weekend at home, a day between."""
    person = context.person(Habits(office=0.0, trips=0.0, weekend=0.7))
    hotel = context.builder.geography.cafe(context.anywhere())
    away = replace(person, home=hotel, office=hotel)
    return [
        Turn(away, days=frozenset(d for d in range(DAYS) if d % 7 in (1, 2, 3))),
        Turn(person, days=frozenset(d for d in range(DAYS) if d % 7 in (5, 6))),
    ]


def _relay(context: Context) -> list[Turn]:
    """A browser that hides the address: a relay's prefix near or far, listed as business."""
    person, geography = context.person(), context.builder.geography
    exits = [geography._place(context.anywhere(), NetworkClass.BUSINESS, 991) for _ in range(8)]
    person.home = Spot(person.home.city, (*person.home.places, *exits))
    return [Turn(person)]


def _many_browsers(context: Context) -> list[Turn]:
    """One laptop with four browsers and profiles, for different customers."""
    person = context.person(Habits(second=0.6))
    base = person.gear[0]
    for browser in ("chrome", "firefox", "edge"):
        person.gear.append(
            Gear(base.form, base.system, browser, f"{person.name} {browser}", 30, minor=True)
        )
    return [Turn(person)]


def _moved(context: Context) -> list[Turn]:
    """Moved house, and got a new computer and phone with it."""
    before, day = context.person(), context.random.randint(12, 34)
    after = context.person(city=city_of(context, 0.6))
    return [Turn(before, to_day=day), Turn(after, from_day=day + 2)]


def _follow_the_sun(context: Context) -> list[Turn]:
    """Support in three time zones with one sign-in."""
    cities = context.random.sample(range(len(CITIES)), 3)
    return [Turn(context.person(Habits(office=0.2), city=city), 0.8) for city in cities]


def _alternate_weeks(context: Context) -> list[Turn]:
    """Two part-timers, week by week, each at home."""
    weeks = [frozenset(d for d in range(DAYS) if d // 7 % 2 == n) for n in (0, 1)]
    return [
        Turn(context.person(Habits(office=0.1), city=city_of(context, 0.5)), days=days)
        for days in weeks
    ]


def _behind_one_gateway(context: Context) -> list[Turn]:
    """Two people whose computers never leave the company's tunnel."""
    turns = []
    for _ in range(2):
        person = context.person(Habits(phone=0.15))
        person.tunnels, person.tunnelled_always = context.company, True
        turns.append(Turn(person, part(context)))
    return turns


def _two_phones(context: Context) -> list[Turn]:
    """Field workers who share a sign-in on their phones."""
    turns = []
    for _ in range(context.random.choice((2, 3))):
        person = context.person(Habits(office=0.1, phone=1.0, outside=0.3))
        person.gear = [phone(f"{person.name} only", context.random)]
        turns.append(Turn(person, part(context)))
    return turns


def _dormitory(context: Context) -> list[Turn]:
    """Four students behind one line, equal laptops."""
    first = context.person(Habits(office=0.0, weekend=0.5, evening=0.5))
    others = [
        context.person(Habits(office=0.0, weekend=0.5, evening=0.5), home=first.home)
        for _ in range(3)
    ]
    return [Turn(person, part(context)) for person in (first, *others)]


def _with_an_agency(context: Context) -> list[Turn]:
    """A customer and an agency's office, where two work with it by turns."""
    office = context.builder.geography.office(city_of(context, 0.7))
    return [
        Turn(context.person()),
        *(Turn(context.person(Habits(office=0.95), office=office), part(context)) for _ in "ab"),
    ]


STRANGERS: Final = Cast(
    {
        **{kind: (PERSONAS[kind], draw) for kind, (_, draw) in USUAL.personas.items()},
        "family traveller": (6, _family_plan),
        "tunnel with far exits": (6, _far_exits),
        "kiosk by shifts": (5, _kiosk),
        "two-device developer": (8, _developer),
        "carrier only": (7, _carrier_only),
        "one gateway": (6, _one_gateway),
        "desk at a second home": (3, _two_desks),
        "hot desk": (5, _hot_desk),
        "weekly flyer": (3, _flyer),
        "relay": (5, _relay),
        "four browsers": (4, _many_browsers),
        "moved house": (3, _moved),
        "night owl": (4, alone(Habits(evening=0.6, weekend=0.6, sessions=6))),
    },
    {
        **{kind: (weight / 2, draw) for kind, (weight, draw) in USUAL.patterns.items()},
        "follow the sun": (8, _follow_the_sun),
        "alternate weeks": (7, _alternate_weeks),
        "behind one gateway": (7, _behind_one_gateway),
        "phones only": (7, _two_phones),
        "dormitory": (5, _dormitory),
        "with an agency": (9, _with_an_agency),
    },
)
STRANGE_WORLDS: Final = (
    World("strangers"),
    World("strangers, busy", activity=3.0, spare=0.3),
    World("strangers, quiet", activity=0.3),
    World("strangers, wrong geography", error=0.45, renewing=0.8),
)


def strange(world: World, seed: int) -> Population:
    """A world of people nobody fitted for."""
    return population(world, seed, STRANGERS)
