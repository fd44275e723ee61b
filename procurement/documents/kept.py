"""Documents as they are kept: every word in each language as JSON, and back."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings

from billing.documents.layout import Document, Headings, Pair, Row, Section, Signature

type Kept = dict[str, Any]


def keep(build: Callable[[str], Document]) -> Kept:
    """Return what `build` says in each language of the product, by language."""
    return {code: _to_json(build(code)) for code, _name in settings.LANGUAGES}


def fingerprint(kept: Kept) -> str:
    """SHA-256 in hexadecimal over every word in every language."""
    canonical = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _to_json(document: Document) -> dict[str, Any]:
    data = asdict(document)
    data["dated"] = document.dated.isoformat()
    # Tuples become lists as they do in the database, so that a fingerprint is the same before.
    plain: dict[str, Any] = json.loads(json.dumps(data))
    return plain


def kept_document(kept: Kept, language: str) -> Document:
    """Return a document as it was kept, in a language of the product or else in English."""
    data = kept.get(language) or kept["en"]
    return Document(
        **{
            **data,
            "dated": datetime.fromisoformat(data["dated"]),
            "headings": Headings(**data["headings"]),
            "headline": Pair(**data["headline"]),
            "seller": tuple(data["seller"]),
            "seller_small": tuple(data["seller_small"]),
            "buyer": tuple(data["buyer"]),
            "facts": tuple(Pair(**pair) for pair in data["facts"]),
            "rows": tuple(Row(**row) for row in data["rows"]),
            "totals": tuple(Pair(**pair) for pair in data["totals"]),
            "sections": tuple(
                Section(
                    part["heading"],
                    tuple(part["paragraphs"]),
                    tuple(Pair(**pair) for pair in part["pairs"]),
                )
                for part in data["sections"]
            ),
            "signatures": tuple(
                Signature(part["party"], tuple(part["labels"])) for part in data["signatures"]
            ),
        }
    )
