"""The translation catalogs: where they are, and which messages the source holds.

Needs no GNU gettext: Babel reads the Python files, Django's own `templatize` the templates.
"""

import ast
import io
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = {"de": "nplurals=2; plural=(n != 1);", "id": "nplurals=1; plural=0;"}
NOT_THE_PRODUCT = ("tests/", "stripe_sandbox/", "scripts/")

KEYWORDS = dict.fromkeys(
    (
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "npgettext_lazy",
    )
)
CALL = re.compile(r"(?<![\w.])(_|n?p?gettext)\(")
LITERAL = re.compile(r"""\s*,?\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""", re.DOTALL)


@dataclass(frozen=True)
class Key:
    """What tells one message of a catalog from another."""

    context: str | None
    singular: str
    plural: str | None


@dataclass
class Messages:
    """The messages of the source, each with the files it occurs in."""

    files: dict[Key, set[str]] = field(default_factory=dict)

    def merge_plurals(self) -> None:
        """Lets one entry serve a text that is used alone and with a plural, as gettext does."""
        for key in [key for key in self.files if key.plural is not None]:
            alone = self.files.pop(Key(key.context, key.singular, None), set())
            self.files[key] |= alone

    def add(self, function: str, arguments: Iterable[str], file: str) -> None:
        """Files one call. An empty message is the catalog's header and never a text."""
        values = list(arguments)
        context = values.pop(0) if "p" in function.removeprefix("n")[:1] else None
        plural = values[1] if function.startswith("n") else None
        if values[0]:
            self.files.setdefault(Key(context, values[0], plural), set()).add(file)


def catalog_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def source_messages() -> Messages:
    """Every translatable message of the product's Python files and templates."""
    messages = Messages()
    for file in _source_files():
        source = (ROOT / file).read_bytes()
        if file.endswith(".py"):
            for function, arguments in _python_calls(source):
                messages.add(function, arguments, file)
        else:
            for function, arguments in _template_calls(source.decode(), file):
                messages.add(function, arguments, file)
    messages.merge_plurals()
    return messages


def key_of(entry: polib.POEntry) -> Key:
    """The message that a catalog's entry translates."""
    return Key(entry.msgctxt or None, entry.msgid, entry.msgid_plural or None)


def _source_files() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(
        file
        for file in listing.split("\0")
        if (file.endswith(".py") or ("templates/" in file and file.endswith((".html", ".txt"))))
        and not file.startswith(NOT_THE_PRODUCT)
        and "/migrations/" not in file
        and (ROOT / file).exists()
    )


def _python_calls(source: bytes) -> Iterator[tuple[str, list[str]]]:
    for call in extract_python(io.BytesIO(source), KEYWORDS, [], {}):
        function = str(call[1])
        found: object = call[2]
        arguments = found if isinstance(found, list | tuple) else [found]
        count = {"n": 2, "p": 2, "np": 3}.get(function.partition("gettext")[0], 1)
        literals = [value for value in arguments[:count] if isinstance(value, str)]
        if len(literals) == count:
            yield function, literals


def _template_calls(source: str, file: str) -> Iterator[tuple[str, list[str]]]:
    code = templatize(source, origin=file)
    for call in CALL.finditer(code):
        arguments = []
        position = call.end()
        while literal := LITERAL.match(code, position):
            arguments.append(str(ast.literal_eval(literal[1])))
            position = literal.end()
        if arguments:
            yield call[1], arguments
