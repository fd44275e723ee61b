"""Positions: the title somebody holds in a department, and when one is new.

Another spelling of the same words is the same title ("VP, Sales" is "VP Sales"), and a title or a
department that is taken away is no new one.
"""

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Position:
    """A title in a department; "" and None where they are not known."""

    title: str
    department_id: int | None


def is_new_position(before: Position, after: Position, *, fills_gaps: bool = False) -> bool:
    """Whether somebody holds another position than before.

    A source that `fills_gaps` tells what was always so of people already here, such as the first
    file with titles: what was not known before is learned then, and not new.
    """
    has_title = after.title != "" and _words(before.title) != _words(after.title)
    has_department = after.department_id not in (None, before.department_id)
    if fills_gaps:
        has_title = has_title and before.title != ""
        has_department = has_department and before.department_id is not None
    return has_title or has_department


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.casefold()))
