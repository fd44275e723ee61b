"""What people typed, as it stands on paper: shown as it is, and never more than text."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from billing.documents.layout import Document, Headings, Pair, Row, Section, printable
from billing.documents.rendering import render_pdf, render_png

HEADINGS = Headings("Billed to", "Description", "Seats", "Per seat", "Amount", "Page {n} of {of}")


def document(name: str, *, rows: int = 1) -> Document:
    """A document on which `name` stands wherever a text of others can stand."""
    return Document(
        language="en",
        title="Invoice",
        number=name,
        dated=datetime(2026, 11, 14, tzinfo=UTC),
        filename="x",
        headings=HEADINGS,
        seller=(name, name),
        seller_small=(name,),
        buyer=(name, name),
        facts=(Pair("Issued", name),),
        headline=Pair(name, "€116.00"),
        rows=(Row(name, name, "12", "€10.00", "€116.00"),) * rows,
        totals=(Pair("Total", "€116.00", strong=True), Pair(name, name)),
        sections=(Section(name, (name,), (Pair(name, name),)),),
        footer=name,
    )


def text_of(pdf: bytes) -> str:
    """The text of all pages without the places where a word may be broken."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(page.extract_text() for page in pages).replace("\u200b", "")


class TestPrintable:
    @pytest.mark.parametrize(
        ("typed", "printed"),
        [
            ("Acme\x00 GmbH", "Acme GmbH"),
            ("Acme\r\n\tGmbH", "Acme GmbH"),
            ("pay \u202e00.1€\u202c", "pay 00.1€"),
            ("a\ud800b", "ab"),
            ("  Acme  ", "Acme"),
            ("Müller & Söhne", "Müller & Söhne"),
        ],
    )
    def test_drops_only_what_would_not_be_text(self, typed: str, printed: str) -> None:
        assert printable(typed) == printed

    def test_lets_a_word_break_that_no_line_could_hold(self) -> None:
        # 30 letters: after the 12th and the 24th
        assert printable("x" * 30) == f"{'x' * 12}\u200b{'x' * 12}\u200b{'x' * 6}"
        assert printable("x" * 24) == "x" * 24


class TestRendering:
    @pytest.mark.parametrize(
        "name",
        [
            "#strong[x] *b* _i_ $x^2$ <label> @ref",
            "#panic(1) #read(sys.inputs.data)",
            "]]} // comment /* open",
            "\\#eval `raw` --- ...",
            '"; } #let d = 1',
            "= Heading",
        ],
    )
    def test_never_reads_a_name_as_markup(self, name: str) -> None:
        text = text_of(render_pdf(document(name)))
        assert text.count(printable(name)) >= 3
        assert "€116.00" in text

    @pytest.mark.parametrize("name", ["محمد القاسم", "株式会社", "😀🎉", "x" * 1000, "", "\x00"])
    def test_takes_every_script_and_length(self, name: str) -> None:
        assert "€116.00" in text_of(render_pdf(document(name)))

    @settings(max_examples=25, deadline=None)
    @given(name=st.text(max_size=60))
    def test_takes_whatever_is_typed(self, name: str) -> None:
        assert render_pdf(document(name)).startswith(b"%PDF")

    def test_gives_the_same_bytes_for_the_same_document(self) -> None:
        assert render_pdf(document("Acme")) == render_pdf(document("Acme"))

    def test_numbers_its_pages_and_repeats_the_head_of_the_table(self) -> None:
        pdf = PdfReader(io.BytesIO(render_pdf(document("Acme", rows=80))))
        assert len(pdf.pages) > 2
        for number, page in enumerate(pdf.pages, start=1):
            assert f"Page {number} of {len(pdf.pages)}" in page.extract_text()
        assert all("Description" in page.extract_text() for page in pdf.pages[:2])

    def test_can_be_read_out(self) -> None:
        pdf = PdfReader(io.BytesIO(render_pdf(document("Acme"))))
        assert pdf.metadata is not None
        assert pdf.metadata.title == "Invoice Acme"
        assert str(pdf.root_object["/Lang"]) == "en"
        assert "/StructTreeRoot" in pdf.root_object
        assert pdf.xmp_metadata is not None
        assert "pdfuaid:part" in pdf.xmp_metadata.rdf_root.toxml()

    def test_shows_a_page_as_a_picture(self) -> None:
        assert render_png(document("Acme")).startswith(b"\x89PNG")
