"""Worlds: populations of innocent personas and of sharing patterns, drawn from a seed.

Nothing here was copied from the practice set; the habits are meant to be wider than life, so that
weights fitted on some worlds have to hold in others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from signals.domain.sharing.state import SLOTS_PER_DAY, Facts, Row, RowKey
from signals.domain.sharing.user_agents import FormFactor
from tests.sharing.climates import DAYS, FIRST_DAY, PATTERNS, PERSONAS, World
from tests.sharing.people import Gear, Habits, Person, computer, phone, tablet
from tests.sharing.places import CITIES, Geography, Spot
from tests.sharing.practice import Population, Truth


class Builder:
    """Draws one world with its cast. Equal seeds draw equal worlds."""

    def __init__(self, world: World, seed: int, cast: Cast | None = None) -> None:
        self.world = world
        self.cast = cast or USUAL
        self.random = Random(f"{world.name} {seed}")
        self.geography = Geography(self.random, world.error, world.renewing)
        self.rows: dict[RowKey, Row] = {}
        self.truth: dict[str, Truth] = {}
        self.rooms: Gear | None = None

    def population(self, seed: int) -> Population:
        """All organizations of this world with the truth about their members."""
        organizations: dict[str, dict[str, list[Row]]] = {}
        for number in range(self.world.organizations):
            name = f"o{number}"
            self.rows = {}
            self._organization(name)
            members: dict[str, list[Row]] = {}
            for row in self.rows.values():
                members.setdefault(row.key.member, []).append(row)
            organizations[name] = members
        return Population(
            organizations, self.truth, FIRST_DAY + DAYS - 1, f"{self.world.name} {seed}"
        )

    def _organization(self, name: str) -> None:
        random = self.random
        city = random.randrange(len(CITIES))
        offices = [self.geography.office(city)]
        offices += [
            self.geography.office(self.near(city)) for _ in range(random.choice((0, 0, 0, 1, 2)))
        ]
        company = self.geography.tunnel(of_the_company=random.random() < 0.6)
        room = None
        if random.random() < self.world.rooms:
            room = computer(f"{name} room", random, 0, minor=True)
            room.stays_at = offices[0]
        size = random.choice((4, 5, 7, 9, 11, 12, 14, 18, 22, 28, 38))
        for number in range(size):
            member = f"{self.world.name} {name} m{number}"
            context = Context(self, member, random.choice(offices), company, room)
            shared = random.random() < self.world.shared
            table = self.cast.patterns if shared else self.cast.personas
            kind = random.choices(list(table), [weight for weight, _ in table.values()])[0]
            people = table[kind][1](context)
            self.truth[member] = Truth(
                shared, len(people), kind if shared else "none", "" if shared else kind
            )
            for turn in people:
                self._live(member, turn)

    def near(self, city: int) -> int:
        same = [i for i, c in enumerate(CITIES) if c[0] == CITIES[city][0]]
        return self.random.choice(same)

    def _live(self, member: str, turn: Turn) -> None:
        for day in range(DAYS):
            if not turn.works_on(day):
                continue
            for slot, gear, cookie, place in turn.person.day(day, day % 7 > 4, turn.share):
                at, bit = divmod(slot, SLOTS_PER_DAY)
                if not 0 <= at < DAYS:
                    continue
                key = RowKey(member, FIRST_DAY + at, cookie, place.key)
                facts = Facts(
                    gear.form,
                    gear.system,
                    gear.browser,
                    place.network_class,
                    place.network,
                    place.cell,
                )
                known = self.rows.get(key)
                self.rows[key] = Row(key, facts, (known.slots if known else 0) | 1 << bit)


@dataclass(slots=True)
class Turn:
    """One person's part in an account: how much, and on which days."""

    person: Person
    share: float = 1.0
    from_day: int = 0
    to_day: int = DAYS
    days: frozenset[int] | None = None

    def works_on(self, day: int) -> bool:
        return self.from_day <= day < self.to_day and (self.days is None or day in self.days)


@dataclass(slots=True)
class Context:
    builder: Builder
    member: str
    office: Spot
    company: list[Spot]
    room: Gear | None
    made: int = 0

    @property
    def random(self) -> Random:
        return self.builder.random

    def person(
        self,
        habits: Habits | None = None,
        *,
        city: int | None = None,
        home: Spot | None = None,
        office: Spot | None = None,
    ) -> Person:
        """Somebody with a computer, often a phone, sometimes more, in this world's climate."""
        random, world, geography = self.random, self.builder.world, self.builder.geography
        self.made += 1
        name = f"{self.member} {self.made}"
        habits = habits or Habits(office=random.choice((0.0, 0.4, 0.6, 0.85)))
        habits = replace(
            habits,
            active=habits.active * random.uniform(0.45, 1.0) * min(1.0, 0.4 + 0.6 * world.activity),
            sessions=max(1.0, habits.sessions * world.activity * random.lognormvariate(0, 0.35)),
            weekend=min(0.8, habits.weekend * world.weekends * random.choice((0.3, 1, 2))),
            tethered=min(0.6, habits.tethered * world.mobile),
            phone=min(0.6, habits.phone * (1 + (world.mobile - 1) / 2)),
            private=max(habits.private, world.private * random.choice((0, 1, 1, 2))),
            starts_at=random.gauss(9, 0.9),
            hours=random.uniform(7.5, 9.5),
        )
        city = self.office.city if city is None else city
        keeps = world.cookie_days * random.lognormvariate(0, 0.6)
        gear = [computer(f"{name} a", random, keeps)]
        if random.random() < 0.6:
            gear.append(phone(f"{name} b", random))
        if random.random() < 0.15:
            gear.append(tablet(f"{name} c", random))
        if random.random() < world.spare:
            gear.append(computer(f"{name} d", random, keeps, minor=True))
        if random.random() < 0.15:
            # A second browser on the same computer.
            other = "firefox" if gear[0].browser != "firefox" else "chrome"
            gear.append(Gear(gear[0].form, gear[0].system, other, f"{name} e", keeps, minor=True))
        if self.room is not None and random.random() < 0.5:
            gear.append(self.room)
        tunnels: list[Spot] = []
        if random.random() < world.tunnels:
            habits.tunnel = max(habits.tunnel, random.uniform(0.2, 1.0))
        if habits.tunnel:
            alone = random.random() < 0.4
            tunnels = geography.tunnel(of_the_company=False) if alone else self.company
        return Person(
            name,
            random,
            geography,
            home or geography.home(city),
            office or self.office,
            habits,
            gear,
            tunnels,
        )

    def anywhere(self) -> int:
        return self.random.randrange(len(CITIES))


type Draw = Callable[[Context], list[Turn]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who lives in a world: how frequent each persona and each pattern is, and what draws them."""

    personas: Mapping[str, tuple[float, Draw]]
    patterns: Mapping[str, tuple[float, Draw]]


def alone(habits: Habits) -> Callable[[Context], list[Turn]]:
    return lambda context: [Turn(context.person(replace(habits)))]


def _always_in_the_tunnel(context: Context) -> list[Turn]:
    person = context.person()
    person.tunnels, person.tunnelled_always = context.company, True
    return [Turn(person)]


def _many_devices(context: Context) -> list[Turn]:
    person, random = context.person(Habits(second=0.35, phone=0.2)), context.random
    person.gear.append(computer(f"{person.name} f", random, 30, minor=True))
    person.gear.append(tablet(f"{person.name} g", random))
    if random.random() < 0.3:
        person.gear.append(phone(f"{person.name} h", random))
    return [Turn(person)]


def _cookie_clearer(context: Context) -> list[Turn]:
    person = context.person(Habits(private=context.random.choice((0.1, 0.4, 0.8))))
    for gear in person.gear:
        gear.keeps_days = context.random.choice((0.4, 1, 2))
    return [Turn(person)]


def _two_computers(context: Context) -> list[Turn]:
    person, random = context.person(Habits(second=random_share(context))), context.random
    other = computer(f"{person.name} f", random, 30, minor=True)
    if random.random() < 0.5:
        other.stays_at = person.home
    person.gear.append(other)
    return [Turn(person)]


def random_share(context: Context) -> float:
    """How much of the work goes to the second computer."""
    return context.random.uniform(0.2, 0.5)


def _two_sites(context: Context) -> list[Turn]:
    person = context.person(Habits(office=0.5))
    city = context.builder.near(context.office.city)
    person.other_home = context.builder.geography.home(city)
    if context.random.random() < 0.3:
        desk = computer(f"{person.name} f", context.random, 0)
        desk.stays_at = person.other_home
        person.gear.append(desk)
    return [Turn(person)]


def _new_machine(context: Context) -> list[Turn]:
    person, random = context.person(), context.random
    day = random.randint(12, 36)
    person.gear[0].to_day = day + random.choice((0, 0, 1, 3))
    new = computer(f"{person.name} f", random, 0)
    new.from_day = day
    person.gear.append(new)
    return [Turn(person)]


def _remote_desktop(context: Context) -> list[Turn]:
    person, random = context.person(Habits(second=0.4)), context.random
    person.gear = [g for g in person.gear if not g.minor]
    desk = Gear(FormFactor.COMPUTER, "windows", "edge", f"{person.name} f", 0, minor=True)
    center = context.builder.geography.data_center(context.anywhere())
    # Its owner's place does not matter: every session shows the data center.
    remote = Person(
        f"{person.name} r",
        random,
        person.geography,
        center,
        center,
        replace(person.habits, tethered=0, outside=0, trips=0, tunnel=0, phone=0, active=0.4),
        [desk],
    )
    return [Turn(person), Turn(remote)]


def _handover(context: Context) -> list[Turn]:
    day = context.random.randint(10, 36)
    return [
        Turn(context.person(city=city_of(context, 0.4)), to_day=day),
        Turn(context.person(), from_day=day + context.random.choice((0, 1, 4))),
    ]


def _service(context: Context) -> list[Turn]:
    center = context.builder.geography.data_center(context.anywhere())
    person = context.person(
        Habits(active=1, weekend=1, sessions=8, tethered=0, outside=0, trips=0, office=0, phone=0),
        home=center,
    )
    person.gear = [Gear(FormFactor.COMPUTER, "linux", "chrome", f"{person.name} s", 15)]
    person.habits = replace(person.habits, starts_at=0, hours=24, active=1, weekend=1, private=0)
    person.tunnels = []
    return [Turn(person)]


def _partner(context: Context) -> list[Turn]:
    person = context.person(Habits(weekend=0.5))
    person.other_home = context.builder.geography.home(city_of(context, 0.5))
    return [Turn(person)]


def city_of(context: Context, far: float) -> int:
    """The account's own city, or with this probability one anywhere."""
    return context.anywhere() if context.random.random() < far else context.office.city


_INNOCENT: Final[dict[str, Callable[[Context], list[Turn]]]] = {
    "office": alone(Habits(office=0.88)),
    "hybrid": alone(Habits(office=0.5)),
    "remote": alone(Habits(office=0.03)),
    "mobile": alone(Habits(tethered=0.3, phone=0.35, outside=0.2)),
    "road warrior": alone(Habits(trips=0.25, outside=0.2, tethered=0.12)),
    "tunnel": alone(Habits(tunnel=0.6)),
    "always in the tunnel": _always_in_the_tunnel,
    "many devices": _many_devices,
    "cookie clearer": _cookie_clearer,
    "two computers": _two_computers,
    "always-on tab": alone(Habits(polling=0.5)),
    "two-site commuter": _two_sites,
    "nomad": alone(Habits(trips=0.6, trip_days=10, office=0.1, weekend=0.2)),
    "new machine": _new_machine,
    "remote desktop": _remote_desktop,
    "seat handover": _handover,
    "weekend partner": _partner,
    "service": _service,
}


def _same_office(context: Context) -> list[Turn]:
    count = context.random.choice((2, 2, 2, 3))
    office = Habits(office=context.random.choice((0.6, 0.9)))
    return [Turn(context.person(replace(office)), part(context)) for _ in range(count)]


def part(context: Context) -> float:
    return context.random.uniform(0.4, 1.0)


def _two_cities(context: Context) -> list[Turn]:
    others = [
        context.person(Habits(office=0.1), city=context.anywhere())
        for _ in range(context.random.choice((1, 1, 2)))
    ]
    start = context.random.choice((0, 0, 0, 12, 24))
    return [
        Turn(context.person()),
        *(Turn(person, part(context), from_day=start) for person in others),
    ]


def _two_homes(context: Context) -> list[Turn]:
    return [Turn(context.person(Habits(office=0.2)), part(context)) for _ in range(2)]


def _shifts(context: Context) -> list[Turn]:
    turns = []
    for number in range(context.random.choice((2, 3))):
        person = context.person(Habits(office=0.85, weekend=0.3))
        person.habits = replace(person.habits, starts_at=6.0 + 7.5 * number, hours=7, evening=0)
        turns.append(Turn(person, 0.9))
    return turns


def _team(context: Context) -> list[Turn]:
    people = context.random.randint(3, 7)
    return [
        Turn(context.person(city=city_of(context, 0.3)), context.random.uniform(0.3, 0.8))
        for _ in range(people)
    ]


def _family(context: Context) -> list[Turn]:
    one = context.person(Habits(office=0.3))
    return [Turn(one), Turn(context.person(Habits(office=0.02), home=one.home), part(context))]


def _contractor(context: Context) -> list[Turn]:
    home = context.builder.geography.home(city_of(context, 0.7))
    outside = context.person(Habits(office=0.0), home=home)
    start = context.random.choice((0, 0, 10, 20))
    return [Turn(context.person()), Turn(outside, part(context), from_day=start)]


def _occasional(context: Context) -> list[Turn]:
    other = context.person(city=city_of(context, 0.5))
    return [Turn(context.person()), Turn(other, context.random.uniform(0.12, 0.35))]


def _burst(context: Context) -> list[Turn]:
    start = context.random.randint(14, 34)
    days = frozenset(range(start, start + context.random.randint(4, 8)))
    others = [
        context.person(city=city_of(context, 0.5)) for _ in range(context.random.choice((1, 2)))
    ]
    return [Turn(context.person()), *(Turn(other, days=days) for other in others)]


def _assistant(context: Context) -> list[Turn]:
    helper = context.person(Habits(office=context.random.choice((0.2, 0.9)), sessions=1.5))
    return [Turn(context.person()), Turn(helper, context.random.uniform(0.2, 0.5))]


def _resale(context: Context) -> list[Turn]:
    return [
        Turn(context.person(Habits(office=0), city=context.anywhere()), part(context))
        for _ in range(context.random.randint(4, 10))
    ]


_SHARING: Final[dict[str, Callable[[Context], list[Turn]]]] = {
    "same office": _same_office,
    "two cities": _two_cities,
    "two homes, one city": _two_homes,
    "shifts": _shifts,
    "team account": _team,
    "family": _family,
    "contractor": _contractor,
    "occasional": _occasional,
    "burst": _burst,
    "assistant": _assistant,
    "resale": _resale,
}


USUAL: Final = Cast(
    {kind: (weight, _INNOCENT[kind]) for kind, weight in PERSONAS.items()},
    {kind: (weight, _SHARING[kind]) for kind, weight in PATTERNS.items()},
)


def population(world: World, seed: int, cast: Cast | None = None) -> Population:
    """The population of this world and seed; the usual personas and patterns without a cast."""
    return Builder(world, seed, cast).population(seed)
