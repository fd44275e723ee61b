"""Invented people: a believable name for each member id, always the same one."""

import hashlib
import unicodedata
from dataclasses import dataclass

# Given names | family names.
_DE = """
Anna Ben Clara David Emilia Felix Greta Hannes Ida Jonas Karla Leon Mara Nils Ole Paula Quirin Rosa
Simon Tilda Uwe Vera Wiebke Yannick Zoe Lukas Marlene Henrik Johanna Moritz |
Albrecht Becker Conrad Dietz Ebert Fuchs Graf Hartmann Iversen Jansen Keller Lorenz Maurer Neumann
Ott Pohl Richter Sander Thoma Ulrich Vogel Winter Ziegler Brandt Seidel Kraus
"""
_FR = """
Adele Baptiste Camille Denis Elise Florent Gaelle Hugo Ines Jules Karine Louis Manon Noe Oceane
Pierre Quentin Romane Simone Theo Ugo Valerie William Yasmine Zelie Margaux Lucas |
Aubert Blanchet Carpentier Delorme Etienne Fournier Girard Hubert Imbert Joly Klein Lambert Mercier
Noel Olivier Perrin Renard Simon Tessier Urbain Vidal Weber Marchand
"""
_EN = """
Ava Blake Chloe Dylan Ella Frank Grace Henry Isla Jack Kayla Liam Mia Noah Olive Parker Quinn Ruby
Sam Tara Una Victor Willow Xavier Yara Zane Maya Owen Hazel Ethan Nora |
Adams Brooks Carter Dawson Ellis Foster Graham Hayes Irwin Jordan Kelly Lawson Mason Nolan Osborne
Palmer Quigley Reed Shaw Turner Underwood Vance Walsh Young Archer Bishop Doyle
"""
_ID = """
Adi Bayu Citra Dewi Eka Fajar Gita Hadi Indah Joko Kartika Lestari Made Nadia Oka Putri Rani Sari
Tono Utami Vina Wayan Yuda Zahra Agus Bintang Dian Farah Galih Hesti Ratna |
Anggraini Budiman Cahyono Darmawan Effendi Firmansyah Gunawan Hidayat Iskandar Juwita Kusuma Lubis
Maharani Nugroho Oktaviani Pratama Rahman Santoso Tanjung Utomo Wibowo Yulia
"""
NAMES = {
    culture: tuple(half.split() for half in text.split("|"))
    for culture, text in {"de": _DE, "fr": _FR, "en": _EN, "id": _ID}.items()
}


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    name: str
    email: str


def _number(*parts: str) -> int:
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def choose[T](options: list[T], *parts: str) -> T:
    """Return one of `options`, always the same for the same parts."""
    return options[_number(*parts) % len(options)]


def people_of(*, members: list[str], culture: str, domain: str) -> dict[str, Person]:
    """Return a person for each member id; no two of them share an address."""
    first_names, last_names = NAMES[culture]
    taken: set[str] = set()
    people = {}
    for member in members:
        for attempt in range(1000):
            first = choose(first_names, culture, member, "first", str(attempt))
            last = choose(last_names, culture, member, "last", str(attempt))
            email = f"{_ascii(first)}.{_ascii(last)}@{domain}"
            if email not in taken:
                break
        taken.add(email)
        people[member] = Person(name=f"{first} {last}", email=email)
    return people


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-")
