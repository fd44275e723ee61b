"""What a person is called, as patterns that find it in columns of text and of JSON.

The patterns are PostgreSQL's advanced regular expressions and match whatever the case. A telling
word (an address, a name of several words, a long id) is found anywhere; a word that may mean
something else (“Will”, “42”) only where it stands alone as a whole value.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

LONG_ID: Final = 8
"""An id of so many characters is no other word of a sentence."""
NOTHING: Final = "(?=a)b"
"""Matches nowhere."""
_ID_KEYS: Final = "member|member_id|external_id|externalId|person"


@dataclass(frozen=True, slots=True)
class KnownAs:
    """The words for one person: names they have or had, mail addresses, ids in other systems."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @property
    def telling(self) -> list[str]:
        """What names the person wherever it stands, also as part of an address of a page."""
        words = {
            *self.addresses,
            *(name for name in self.names if len(name.split()) > 1),
            *(each for each in self.ids if len(each) >= LONG_ID),
        }
        return _longest_first(
            form
            for word in words
            if word
            for form in (word, quote(word, safe=""), quote_plus(word))
        )

    @property
    def short_names(self) -> list[str]:
        """Names of one word: they name the person only where they stand alone."""
        return _longest_first(name for name in self.names if name and len(name.split()) == 1)

    @property
    def short_ids(self) -> list[str]:
        """Ids that may be any number: only looked for where ids of people stand."""
        return _longest_first(each for each in self.ids if each and len(each) < LONG_ID)


def in_text(known: KnownAs, *, holds_id: bool = False) -> str:
    """Return the pattern for a column of text; `holds_id`: the column holds ids of people."""
    alone = [*known.short_names, *(known.short_ids if holds_id else ())]
    parts = [_bounded(_any(known.telling), before=r"(?<!\w)")] if known.telling else []
    if alone:
        parts.append(f"^({_any(alone)})$")
    if known.short_names:
        # Support is named together with whom it acted for.
        parts.append(f"(?<=acting for )({_any(known.short_names)})$")
    return "|".join(parts) or NOTHING


def in_json(known: KnownAs) -> str:
    """Return the pattern for a column of JSON, as PostgreSQL writes `jsonb` out."""
    telling = [_in_a_string(word) for word in known.telling]
    # A character that is written with a backslash ends in a letter, and ends a word nevertheless.
    start = r"((?<!\w)|(?<=\\[bfnrt]))"
    parts = [_bounded(_any(telling), before=start)] if telling else []
    if known.short_names:
        names = _any([_in_a_string(name) for name in known.short_names])
        # A whole string that is a value, not a key.
        parts.append(f'(?<=")({names})(?=("[],}}]|"$))')
    if known.short_ids:
        ids = _any([_in_a_string(each) for each in known.short_ids])
        parts.append(f'(?<="({_ID_KEYS})": ")({ids})(?=")')
    return "|".join(parts) or NOTHING


def _bounded(words: str, *, before: str) -> str:
    return rf"{before}({words})(?!\w)"


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


def _in_a_string(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))
