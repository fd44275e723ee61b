"""Families of operating system, browser and device from a user agent string.

Versions are left out on purpose: an update must not make a new device. The rules know the families
that more than one person in a thousand uses; everything else is "other", which is equal only to
itself. Does not own client hints (the ingestion hands in the string alone).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple


class FormFactor(StrEnum):
    """What a device is held or stood on; `OTHER` is a program, or nobody said."""

    COMPUTER = "computer"
    PHONE = "phone"
    TABLET = "tablet"
    OTHER = "other"


class Agent(NamedTuple):
    """What a user agent string says, without versions."""

    form: FormFactor
    system: str
    browser: str


_SYSTEMS: Final = (
    ("iPhone", "ios"),
    ("iPad", "ipados"),
    ("iPod", "ios"),
    ("Android", "android"),
    ("CrOS", "chromeos"),
    ("Windows", "windows"),
    ("Macintosh", "macos"),
    ("Mac OS X", "macos"),
    ("Linux", "linux"),
    ("X11", "linux"),
)
_BROWSERS: Final = (
    # Order matters: most browsers name Chrome and Safari as well.
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("Opera", "opera"),
    ("SamsungBrowser", "samsung"),
    ("Vivaldi", "vivaldi"),
    ("YaBrowser", "yandex"),
    ("FxiOS", "firefox"),
    ("Firefox", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)
PROGRAM: Final = "program"
"""The browser of what is none: a script, a crawler."""
_PROGRAMS: Final = ("bot", "curl", "python", "okhttp", "headless", "postman", "java/", "go-http")


@lru_cache(maxsize=4096)
def parse_agent(user_agent: str) -> Agent:
    """Form factor, system and browser of a user agent string; never raises."""
    lowered = user_agent.lower()
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "other")
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "other")
    if any(word in lowered for word in _PROGRAMS):
        return Agent(FormFactor.OTHER, system, PROGRAM)
    return Agent(_form(system, user_agent), system, browser)


def _form(system: str, user_agent: str) -> FormFactor:
    if system == "ios":
        return FormFactor.PHONE
    if system == "ipados":
        return FormFactor.TABLET
    if system == "android":
        # Android's browsers say "Mobile" on phones only.
        return FormFactor.PHONE if "Mobile" in user_agent else FormFactor.TABLET
    return FormFactor.OTHER if system == "other" else FormFactor.COMPUTER
