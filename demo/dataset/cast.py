"""Who is in the demo: the vendor's staff, the organizations, what state each is to be in."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from accounts.models import Organization, User

PASSWORD: Final = "a seat for everyone"


class State(StrEnum):
    """What an organization shows."""

    EIGHTY_PERCENT = "8 of 10 seats in use, people waiting"
    FULL = "every seat assigned, people active without one"
    NEAR = "one seat left"
    HEALTHY = "room for some time"
    LOW = "most seats unused"


class Card(StrEnum):
    """The test card that an organization pays with."""

    GOOD = "pm_card_visa"
    DECLINES = "pm_card_chargeCustomerFail"
    ASKS = "pm_card_authenticationRequired"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the vendor."""

    email: str
    name: str
    role: User.VendorRole


MAX = Staff("max@vendor.example", "Max Lindqvist", User.VendorRole.ACCOUNT_MANAGER)
MIA = Staff("mia@vendor.example", "Mia Okafor", User.VendorRole.ACCOUNT_MANAGER)
STAFF: Final = (
    MAX,
    MIA,
    Staff("fin@vendor.example", "Fin Abebe", User.VendorRole.FINANCE),
    Staff("olga@vendor.example", "Olga Petrova", User.VendorRole.VENDOR_ADMIN),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """One organization: `external_id` is its name in the activity data.

    `purchases` are (days ago, share of today's seats) from the first purchase on; `weeks_back`
    ends its activity that many weeks before the data ends.
    """

    external_id: str
    name: str
    domain: str
    state: State
    culture: str
    country: str
    city: str
    time_zone: str
    currency: str
    plan: str
    interval: str
    industry: str
    purchases: tuple[tuple[int, float], ...]
    segment: str = Organization.Segment.MID_MARKET
    language: str = "en"
    card: Card = Card.GOOD
    tax_basis_points: int = 0
    weeks_back: int = 0
    manager: Staff = MAX
    departments: tuple[str, ...] = ("Engineering", "Product", "Marketing", "Sales", "Support")
    titles: tuple[str, ...] = field(
        default=("Specialist", "Manager", "Senior specialist", "Analyst", "Team lead", "")
    )


CUSTOMERS: Final = (
    Customer(
        external_id="citus",
        name="Cirrus Logistik",
        domain="cirrus.example",
        state=State.EIGHTY_PERCENT,
        culture="de",
        country="DE",
        city="Berlin",
        time_zone="Europe/Berlin",
        currency="EUR",
        plan="team",
        interval="month",
        industry="Logistics",
        purchases=((415, 0.4), (300, 0.6), (170, 0.8), (77, 1.0)),
        tax_basis_points=1900,
        segment=Organization.Segment.SELF_SERVICE,
    ),
    Customer(
        external_id="lago",
        name="Lagune Analytique",
        domain="lagune.example",
        state=State.FULL,
        culture="fr",
        country="FR",
        city="Lyon",
        time_zone="Europe/Paris",
        currency="EUR",
        plan="team",
        interval="year",
        industry="Software",
        purchases=((640, 0.35), (460, 0.55), (240, 0.75), (95, 1.0)),
        card=Card.ASKS,
        tax_basis_points=2000,
    ),
    Customer(
        external_id="wagtail",
        name="Wharton & Tailor",
        domain="wharton.example",
        state=State.NEAR,
        culture="en",
        country="US",
        city="New York",
        time_zone="America/New_York",
        currency="USD",
        plan="team",
        interval="month",
        industry="Media",
        purchases=((260, 0.6), (150, 0.85), (80, 1.0)),
        card=Card.DECLINES,
    ),
    Customer(
        external_id="celery",
        name="Celeris Foods",
        domain="celeris.example",
        state=State.HEALTHY,
        culture="en",
        country="US",
        city="Chicago",
        time_zone="America/Chicago",
        currency="USD",
        plan="scale",
        interval="year",
        industry="Food",
        purchases=((600, 0.5), (330, 0.75), (120, 1.0)),
        weeks_back=10,
        segment=Organization.Segment.ENTERPRISE,
    ),
    Customer(
        external_id="killbill",
        name="Kilbride Finance",
        domain="kilbride.example",
        state=State.HEALTHY,
        culture="en",
        country="IE",
        city="Dublin",
        time_zone="Europe/Dublin",
        currency="EUR",
        plan="studio",
        interval="year",
        industry="Finance",
        purchases=((580, 0.6), (210, 1.0)),
        tax_basis_points=2300,
        departments=("Operations", "Engineering"),
    ),
    Customer(
        external_id="healthchecks",
        name="Hela Kesehatan",
        domain="hela.example",
        state=State.LOW,
        culture="id",
        country="ID",
        city="Bandung",
        time_zone="Asia/Jakarta",
        currency="IDR",
        plan="team",
        interval="month",
        industry="Health",
        purchases=((230, 0.7), (110, 1.0)),
        tax_basis_points=1100,
        language="id",
        departments=("Operasional", "Teknik", "Pemasaran"),
    ),
    Customer(
        external_id="pay",
        name="Payung Ritel",
        domain="payung.example",
        state=State.LOW,
        culture="id",
        country="ID",
        city="Jakarta",
        time_zone="Asia/Jakarta",
        currency="IDR",
        plan="team",
        interval="year",
        industry="Retail",
        purchases=((520, 0.5), (190, 1.0)),
        tax_basis_points=1100,
        language="id",
        manager=MIA,
        departments=("Penjualan", "Teknik", "Pemasaran"),
    ),
    Customer(
        external_id="dj-stripe",
        name="Dijon Voyages",
        domain="dijon.example",
        state=State.LOW,
        culture="fr",
        country="FR",
        city="Dijon",
        time_zone="Europe/Paris",
        currency="EUR",
        plan="studio",
        interval="year",
        industry="Travel",
        purchases=((430, 1.0),),
        tax_basis_points=2000,
        segment=Organization.Segment.SELF_SERVICE,
        manager=MIA,
        departments=("Voyages", "Informatique"),
    ),
)
THE_STORY: Final = CUSTOMERS[0]
