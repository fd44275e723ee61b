"""Which files may hang on a request, and by what name.

A name is kept for people, never for a path: separators, control characters and the marks that turn
text around go. The content has to begin as its ending says.
"""

from __future__ import annotations

import unicodedata
from typing import Final

MOST_FILES: Final = 10
LARGEST_BYTES: Final = 5 * 1024 * 1024
LONGEST_NAME: Final = 120

CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "txt": "text/plain",
}
_BEGINNINGS: Final = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
}


class FileRefused(ValueError):
    """A file that is not kept; the subclasses say why."""


class TooLarge(FileRefused):
    """Above `LARGEST_BYTES`."""


class NothingInIt(FileRefused):
    """No byte."""


class KindNotKept(FileRefused):
    """The ending is none of `CONTENT_TYPES`, or the content begins otherwise than it says."""


def clean_name(name: str) -> str:
    """The name as it may be shown and offered for download."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = "".join(
        character
        for character in name
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        and character not in '<>:"|?*;'
    )
    stem, dot, ending = kept.strip(" .").rpartition(".")
    if not dot:
        return kept.strip(" .")[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def check_file(name: str, content: bytes) -> str:
    """Return the content type of a file with a clean name, or raise a `FileRefused`."""
    if not content:
        raise NothingInIt
    if len(content) > LARGEST_BYTES:
        raise TooLarge
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in CONTENT_TYPES or not content.startswith(_BEGINNINGS.get(ending, b"")):
        raise KindNotKept
    if ending in ("csv", "txt") and b"\x00" in content:
        raise KindNotKept
    return CONTENT_TYPES[ending]
