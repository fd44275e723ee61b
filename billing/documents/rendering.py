"""Sets a document on paper, by Typst: the same document gives the same bytes.

The template is ours and fixed; what a document says goes in as JSON and is never read as markup.
The fonts are our own files and Typst's, never the machine's.
"""

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import typst

from billing.documents.layout import Document

_HERE = Path(__file__).parent
_TEMPLATE = (_HERE / "template.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_HERE / "fonts"])


def render_pdf(document: Document) -> bytes:
    """Return a tagged PDF that claims PDF/UA-1, so that a screen reader reads it in order.

    A name in a script that no font here can write is printed with boxes; such a document makes no
    claim, because what is not written cannot be read out.
    """
    try:
        return _compile(document, format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        return _compile(document, format="pdf")


def render_png(document: Document, *, page: int = 0, ppi: float = 144) -> bytes:
    """Return one page as a picture, for a preview."""
    pages: Any = _compile(document, format="png", ppi=ppi)
    picture: bytes = pages[page] if isinstance(pages, list) else pages
    return picture


def _compile(document: Document, **options: Any) -> bytes:
    # A compiler of its own for each document: one is not made for several threads.
    result: Any = typst.compile(
        _TEMPLATE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(document.as_json(), ensure_ascii=False)},
        timestamp=int(document.dated.astimezone(UTC).timestamp()),
        **options,
    )
    answer: bytes = result
    return answer
