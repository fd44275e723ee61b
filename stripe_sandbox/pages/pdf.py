"""A small, valid PDF: a title, a status, a table of two columns over as many pages as it takes."""

from textwrap import wrap

ROWS_PER_PAGE = 38
LINE_HEIGHT = 17


def document(title: str, status: str, rows: list[tuple[str, str]]) -> bytes:
    printed: list[tuple[str, str]] = []
    for label, amount in rows:
        first, *rest = wrap(label, 70) or [""]
        printed.append((first, amount))
        printed += [(line, "") for line in rest]
    chunks = [printed[i : i + ROWS_PER_PAGE] for i in range(0, len(printed), ROWS_PER_PAGE)] or [[]]
    pages = [_content(title, status, chunk) for chunk in chunks]
    return _assemble(pages)


def _text(x: float, y: float, size: int, text: str, *, right: bool = False) -> bytes:
    safe = text.encode("cp1252", "replace")
    if right:
        # Courier's glyphs are 0.6 em wide, so a right edge needs no font metrics.
        x -= 0.6 * size * len(safe)
    for char in (b"\\", b"(", b")"):
        safe = safe.replace(char, b"\\" + char)
    font = b"/F2" if right else b"/F1"
    return b"BT %s %d Tf %.2f %.2f Td (%s) Tj ET\n" % (font, size, x, y, safe)


def _content(title: str, status: str, rows: list[tuple[str, str]]) -> bytes:
    parts = [
        _text(50, 790, 18, title),
        _text(50, 768, 10, status),
        _text(50, 750, 10, "Sandbox: no real money moves"),
    ]
    y = 720.0
    for label, amount in rows:
        parts.append(_text(50, y, 10, label))
        if amount:
            parts.append(_text(545, y, 10, amount, right=True))
        y -= LINE_HEIGHT
    return b"".join(parts)


def _assemble(pages: list[bytes]) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for i, content in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font "
            b"<< /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>" % (6 + 2 * i)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
