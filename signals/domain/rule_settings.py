"""The thresholds of a rule: whole numbers with a unit and bounds, checked before they are used.

A rule's settings are a frozen dataclass whose fields are made by `knob`. Owns: reading them from
stored or typed values, naming every field that is wrong. Does not own: where they are stored, or
the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """What a threshold counts."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    PERCENT = "percent"
    PEOPLE = "people"
    SEATS = "seats"


class Fault(StrEnum):
    """What is wrong with a value."""

    UNKNOWN = "unknown"
    NOT_A_NUMBER = "not_a_number"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Knob:
    """One threshold of a rule; both bounds are allowed."""

    name: str
    default: int
    unit: Unit
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is refused; `limit` is the bound that it passes."""

    name: str
    fault: Fault
    limit: int | None = None


class SettingsRefused(ValueError):
    """Values that cannot be a rule's settings, with a problem for each field that is wrong."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{each.name}: {each.fault.value}" for each in problems))
        self.problems = problems


def knob(default: int, unit: Unit, least: int, most: int) -> Any:
    """A field of a rule's settings."""
    if not least <= default <= most:
        raise ValueError(f"{default} lies outside of {least} to {most}.")
    return field(default=default, metadata={"unit": unit, "least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What every rule has: days in a row until it opens and ends, and quiet days afterwards."""

    pending_days: int = knob(1, Unit.DAYS, 1, 28)
    clear_days: int = knob(1, Unit.DAYS, 1, 28)
    cooldown_days: int = knob(30, Unit.DAYS, 0, 365)

    def as_json(self) -> dict[str, int]:
        """The thresholds by name, as stored."""
        return asdict(self)


def knobs(settings: type[RuleSettings]) -> tuple[Knob, ...]:
    """The thresholds of a rule: its own first, then those that every rule has."""
    common = {each.name for each in fields(RuleSettings)}
    found = [
        Knob(each.name, int(each.default), **each.metadata)  # type: ignore[arg-type]
        for each in fields(settings)
    ]
    return tuple(sorted(found, key=lambda each: each.name in common))


def read_settings[S: RuleSettings](settings: type[S], values: Mapping[str, object]) -> S:
    """Settings from typed or stored values; what is not named keeps its default.

    Raises `SettingsRefused` with every field that is wrong. Text may hold digits; a fraction is
    refused.
    """
    known = {each.name: each for each in knobs(settings)}
    problems: list[Problem] = []
    numbers: dict[str, int] = {}
    for name, value in values.items():
        if name not in known:
            problems.append(Problem(name, Fault.UNKNOWN))
            continue
        number = _whole(value)
        knob_ = known[name]
        if number is None:
            problems.append(Problem(name, Fault.NOT_A_NUMBER))
        elif number < knob_.least:
            problems.append(Problem(name, Fault.TOO_SMALL, knob_.least))
        elif number > knob_.most:
            problems.append(Problem(name, Fault.TOO_LARGE, knob_.most))
        else:
            numbers[name] = number
    if problems:
        raise SettingsRefused(*problems)
    return settings(**numbers)


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value).strip()
    is_short = 0 < len(text.lstrip("-")) <= 9
    return int(text) if is_short and text.lstrip("-").isdecimal() and text.isascii() else None
