"""One simulated person: devices, habits, and what a day of theirs leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from signals.domain.sharing.state import SLOTS_PER_DAY
from signals.domain.sharing.user_agents import FormFactor
from tests.sharing.places import CITIES, Geography, Place, Spot

COMPUTER: Final = FormFactor.COMPUTER
_SYSTEMS: Final = ("windows", "windows", "windows", "macos", "macos", "linux")
_BROWSERS: Final = ("chrome", "chrome", "chrome", "edge", "firefox", "safari")


@dataclass(slots=True)
class Gear:
    """A device and browser; `cookie` is what the product sees of it."""

    form: FormFactor
    system: str
    browser: str
    cookie: str
    keeps_days: float
    """Mean days until the cookie is lost; 0 for never."""
    stays_at: Spot | None = None
    from_day: int = 0
    to_day: int = 10_000
    minor: bool = False


@dataclass(slots=True)
class Habits:
    """How a person lives. Probabilities are per day unless said otherwise."""

    active: float = 0.85
    weekend: float = 0.06
    sessions: float = 3.0
    session_slots: float = 2.2
    office: float = 0.5
    outside: float = 0.05
    """Share of sessions in a café or on a carrier's network."""
    tethered: float = 0.03
    trips: float = 0.02
    trip_days: int = 3
    tunnel: float = 0.0
    phone: float = 0.10
    """Share of sessions on the phone."""
    second: float = 0.1
    """Share of sessions on a minor device."""
    private: float = 0.02
    """Share of sessions in a private window."""
    polling: float = 0.0
    evening: float = 0.12
    starts_at: float = 9.0
    hours: float = 8.5


@dataclass(slots=True)
class Person:
    """Someone who signs in. `traces` collects what the product would see."""

    name: str
    random: Random
    geography: Geography
    home: Spot
    office: Spot
    habits: Habits
    gear: list[Gear]
    tunnels: list[Spot] = field(default_factory=list)
    tunnelled_always: bool = False
    other_home: Spot | None = None
    away: Spot | None = None
    _away_until: int = -1
    _cookies: int = 0

    def day(
        self, day: int, weekend: bool, share: float = 1.0
    ) -> list[tuple[int, Gear, str, Place]]:
        """The 5 minutes (counted from day 0 in UTC), gear, cookie and place of one day's work."""
        habits, random = self.habits, self.random
        self._travel(day)
        found: list[tuple[int, Gear, str, Place]] = []
        usable = [item for item in self.gear if item.from_day <= day < item.to_day]
        if not usable or random.random() > share * (habits.weekend if weekend else habits.active):
            return found
        base = self.away or self.home
        if self.away is None and not weekend and random.random() < habits.office:
            base = self.office
        elif self.other_home is not None and self.away is None and random.random() < 0.3:
            base = self.other_home
        offset = CITIES[base.city][1]
        count = max(1, round(random.gauss(habits.sessions, habits.sessions / 3)))
        tunnelled = bool(self.tunnels) and random.random() < habits.tunnel
        for _ in range(count):
            late = random.random() < habits.evening
            hour = (
                random.uniform(19, 23)
                if late
                else habits.starts_at + random.betavariate(1.4, 1.4) * habits.hours
            )
            spot = self.home if late and self.away is None else base
            gear = self._pick(usable, spot)
            if gear is None:
                continue
            cookie = self._cookie(gear)
            place = self._place(spot, gear, day, tunnelled)
            start = day * SLOTS_PER_DAY + round((hour - offset) * 12)
            length = max(1, round(random.expovariate(1 / habits.session_slots)))
            if gear.form is not COMPUTER:
                length = min(length, 2)
            density = random.uniform(0.5, 1.0)
            slots = [start] + [start + i for i in range(1, length) if random.random() < density]
            if gear.form is COMPUTER and random.random() < habits.polling:
                slots += list(range(start, start + random.randint(60, 200), random.randint(1, 3)))
            found.extend((slot, gear, cookie, place) for slot in slots)
        return found

    def _travel(self, day: int) -> None:
        if day >= self._away_until:
            self.away = None
        if self.away is None and self.random.random() < self.habits.trips:
            near = [i for i, c in enumerate(CITIES) if c[0] == CITIES[self.home.city][0]]
            anywhere = self.random.random() < 0.3
            city = self.random.randrange(len(CITIES)) if anywhere else self.random.choice(near)
            self.away = self.geography.cafe(city)
            self._away_until = day + 1 + round(self.random.expovariate(1 / self.habits.trip_days))

    def _pick(self, usable: list[Gear], spot: Spot) -> Gear | None:
        here = [g for g in usable if g.stays_at is None or g.stays_at is spot]
        phones = [g for g in here if g.form is not COMPUTER]
        majors = [g for g in here if g.form is COMPUTER and not g.minor]
        minors = [g for g in here if g.form is COMPUTER and g.minor]
        if phones and self.random.random() < self.habits.phone:
            return self.random.choice(phones)
        if minors and (not majors or self.random.random() < self.habits.second):
            return self.random.choice(minors)
        if majors:
            return self.random.choice(majors)
        return self.random.choice(here) if here else None

    def _cookie(self, gear: Gear) -> str:
        self._cookies += 1
        if self.random.random() < self.habits.private:
            return f"{self.name} private {self._cookies}"
        days = gear.keeps_days * self.habits.sessions * self.habits.active
        if gear.keeps_days and self.random.random() < 1 / max(1.0, days):
            gear.cookie = f"{self.name} cookie {self._cookies}"
        return gear.cookie

    def _place(self, spot: Spot, gear: Gear, day: int, tunnelled: bool) -> Place:
        random, habits = self.random, self.habits
        mobile = habits.tethered if gear.form is COMPUTER else 0.45
        if self.tunnelled_always and gear.form is COMPUTER:
            return self.tunnels[0].place(day, random)
        if gear.stays_at is None and random.random() < mobile:
            return self.geography.carrier(spot.city).place(day, random)
        if tunnelled and gear.form is COMPUTER and random.random() < 0.6:
            return random.choice(self.tunnels).place(day, random)
        if gear.stays_at is None and random.random() < habits.outside:
            return self.geography.cafe(spot.city).place(day, random)
        return spot.place(day, random)


def computer(name: str, random: Random, keeps_days: float, *, minor: bool = False) -> Gear:
    """A computer with a browser that it may have."""
    system, browser = random.choice(_SYSTEMS), random.choice(_BROWSERS)
    if browser == "safari" and system != "macos":
        browser = "chrome"
    if browser == "edge" and system == "linux":
        browser = "firefox"
    return Gear(COMPUTER, system, browser, name, keeps_days, minor=minor)


def phone(name: str, random: Random) -> Gear:
    """A phone, which keeps its cookie for long."""
    system = random.choice(("ios", "android"))
    browser = "safari" if system == "ios" else "chrome"
    return Gear(FormFactor.PHONE, system, browser, name, 60)


def tablet(name: str, random: Random) -> Gear:
    """A tablet."""
    return Gear(FormFactor.TABLET, "ipados", "safari", name, 60)
