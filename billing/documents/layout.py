"""What a document says, as text that is ready to print: no amounts, no dates, no markup.

Everything a person typed is made harmless here: control characters and characters that turn the
direction of what follows are dropped, and a word that no line could hold may be broken anywhere.
"""

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

# Control characters, the overrides and isolates of direction, half surrogate pairs, and what is
# no character at all. A direction override would let a name rewrite the figure beside it.
_DROPPED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\uffff\ud800-\udfff]"
)
_LONG_WORD: Final = re.compile(r"\S{25,}")
_BREAK_EVERY: Final = 12
_ZERO_WIDTH_SPACE: Final = "\u200b"


def printable(text: str) -> str:
    """Return `text` as it may stand on paper."""
    harmless = " ".join(_DROPPED.sub("", text).split(" "))
    harmless = re.sub(r"[\t\r\n\u2028\u2029]+", " ", harmless).strip()
    return _LONG_WORD.sub(_breakable, harmless)


def _breakable(match: re.Match[str]) -> str:
    word = match[0]
    parts = [word[start : start + _BREAK_EVERY] for start in range(0, len(word), _BREAK_EVERY)]
    return _ZERO_WIDTH_SPACE.join(parts)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, in a second line when and how, seats, price, amount."""

    what: str
    detail: str
    quantity: str
    unit: str
    amount: str


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph or pairs under a heading of their own, below the totals."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: for whom, and what is filled in below the line."""

    party: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """The words around the figures, in the document's language."""

    buyer: str
    what: str
    quantity: str
    unit: str
    amount: str
    page: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `page` of the headings holds {n} and {of}; `headline` is the figure on top.

    `is_compact` sets it closer; with `is_one_page` it is set smaller as well, as far as it takes to
    fit one page.
    """

    language: str
    title: str
    number: str
    dated: datetime
    filename: str
    headings: Headings
    seller: tuple[str, ...]
    seller_small: tuple[str, ...]
    buyer: tuple[str, ...]
    facts: tuple[Pair, ...]
    headline: Pair
    rows: tuple[Row, ...]
    totals: tuple[Pair, ...]
    sections: tuple[Section, ...] = field(default=())
    footer: str = ""
    signatures: tuple[Signature, ...] = field(default=())
    is_compact: bool = False
    is_one_page: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON types, each text printable."""
        data = asdict(self)
        data["dated"] = [self.dated.year, self.dated.month, self.dated.day]
        plain: dict[str, Any] = _printable(data)
        return plain


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value
