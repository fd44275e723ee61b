"""Where people work from in a simulated world: homes, offices, hotels, carriers and tunnels.

An address database is simulated with its errors: a place may be reported far off, a carrier's at
its hub, a tunnel's at its exit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from signals.domain.sharing.events import Cell, cell_of
from signals.domain.sharing.networks import NetworkClass

RESIDENTIAL: Final = NetworkClass.RESIDENTIAL
BUSINESS: Final = NetworkClass.BUSINESS

CITIES: Final = (
    # country, hours east of UTC, latitude, longitude
    ("US", -7, 39.74, -104.99),
    ("US", -8, 47.61, -122.33),
    ("US", -5, 40.71, -74.01),
    ("US", -6, 41.88, -87.63),
    ("US", -6, 30.27, -97.74),
    ("GB", 0, 51.51, -0.13),
    ("GB", 0, 53.48, -2.24),
    ("GB", 0, 51.45, -2.59),
    ("DE", 1, 52.52, 13.40),
    ("DE", 1, 48.14, 11.58),
    ("DE", 1, 53.55, 9.99),
    ("DE", 1, 51.34, 12.37),
    ("FR", 1, 48.86, 2.35),
    ("FR", 1, 45.76, 4.84),
    ("NL", 1, 52.37, 4.90),
    ("NL", 1, 51.44, 5.48),
    ("IN", 5, 12.97, 77.59),
    ("IN", 5, 19.08, 72.88),
    ("IN", 5, 28.61, 77.21),
    ("ID", 7, -6.21, 106.85),
    ("ID", 7, -7.26, 112.75),
    ("BR", -3, -23.55, -46.63),
    ("BR", -3, -22.91, -43.17),
    ("AU", 10, -33.87, 151.21),
    ("AU", 10, -37.81, 144.96),
    ("JP", 9, 35.68, 139.65),
    ("JP", 9, 34.69, 135.50),
)
COUNTRIES: Final = tuple(dict.fromkeys(city[0] for city in CITIES))


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix as an event shows it."""

    key: str
    cell: Cell
    network_class: NetworkClass
    network: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one sits: the prefixes one may get there (IPv4 and IPv6, or a new one each day)."""

    city: int
    places: tuple[Place, ...]
    renewed_daily: bool = False

    def place(self, day: int, random: Random) -> Place:
        """The prefix of one session."""
        if self.renewed_daily:
            return self.places[day % len(self.places)]
        return self.places[0 if random.random() < 0.7 else random.randrange(len(self.places))]


@dataclass(slots=True)
class Geography:
    """The places of one world. `error` is how often the database is wrong about a prefix."""

    random: Random
    error: float
    renewing: float
    cafes: dict[int, list[Spot]] = field(default_factory=dict)
    carriers: dict[str, list[Spot]] = field(default_factory=dict)
    _made: int = 0

    def _place(self, city: int, network_class: NetworkClass, network: int) -> Place:
        self._made += 1
        country, _, latitude, longitude = CITIES[city]
        if self.random.random() < self.error:
            if self.random.random() < 0.4:
                others = [c for c in CITIES if c[0] == country]
                _, _, latitude, longitude = self.random.choice(others)
            else:
                latitude += self.random.uniform(-2, 2)
                longitude += self.random.uniform(-2.5, 2.5)
        return Place(f"p{self._made}", cell_of(latitude, longitude), network_class, network)

    def _network(self, city: int, kind: int) -> int:
        return COUNTRIES.index(CITIES[city][0]) * 10 + kind

    def home(self, city: int) -> Spot:
        """A household: two prefixes, or a new one of the same provider every day."""
        renewed = self.random.random() < self.renewing
        network = self._network(city, self.random.randrange(3))
        count = self.random.randint(6, 12) if renewed else self.random.randint(1, 2)
        places = tuple(self._place(city, RESIDENTIAL, network) for _ in range(count))
        return Spot(city, places, renewed)

    def office(self, city: int) -> Spot:
        """An office of one to three prefixes; some sit on a household provider's line."""
        household = self.random.random() < 0.1
        kind = RESIDENTIAL if household else BUSINESS
        network = self._network(city, 0 if household else 5)
        count = self.random.randint(1, 3)
        return Spot(city, tuple(self._place(city, kind, network) for _ in range(count)))

    def cafe(self, city: int) -> Spot:
        """One of the city's cafés and hotels, which many people use."""
        known = self.cafes.setdefault(city, [])
        if len(known) < 8:
            kind = RESIDENTIAL if self.random.random() < 0.6 else BUSINESS
            network = self._network(city, self.random.randrange(3) if kind is RESIDENTIAL else 6)
            known.append(Spot(city, (self._place(city, kind, network),)))
        return self.random.choice(known)

    def carrier(self, city: int) -> Spot:
        """A mobile carrier: a few prefixes for the whole country, reported at its hubs."""
        country = CITIES[city][0]
        known = self.carriers.setdefault(country, [])
        if len(known) < 2:
            hubs = [i for i, c in enumerate(CITIES) if c[0] == country]
            network = self._network(city, 7 + len(known))
            places = tuple(
                self._place(self.random.choice(hubs), NetworkClass.MOBILE, network)
                for _ in range(6)
            )
            known.append(Spot(city, places))
        return self.random.choice(known)

    def tunnel(self, *, of_the_company: bool) -> list[Spot]:
        """The exits of a VPN: a company's is one or two cities, a provider's is the world.

        A third of them is known as business only, so that nothing but teleports gives it away.
        """
        kind = BUSINESS if self.random.random() < 0.35 else NetworkClass.HOSTING
        network = 900 + self.random.randrange(60)
        count = self.random.randint(1, 2) if of_the_company else self.random.randint(3, 9)
        exits = [self.random.randrange(len(CITIES)) for _ in range(count)]
        return [Spot(city, (self._place(city, kind, network),)) for city in exits]

    def data_center(self, city: int) -> Spot:
        """Where a remote desktop or a script runs."""
        network = 960 + self.random.randrange(20)
        return Spot(city, (self._place(city, NetworkClass.HOSTING, network),))
