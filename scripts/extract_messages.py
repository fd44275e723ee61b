"""Brings the catalogs in line with the source and keeps every translation there is.

New messages arrive untranslated, vanished ones are kept as obsolete.
"""
# ruff: noqa: T201

import re
import sys

import polib

from scripts.catalogs import LANGUAGES, Messages, catalog_path, key_of, source_messages

PERCENT_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[sdfiur]")


def main() -> int:
    """Returns the exit code."""
    messages = source_messages()
    for language in LANGUAGES:
        catalog = updated(opened(language), messages)
        catalog_path(language).parent.mkdir(parents=True, exist_ok=True)
        catalog.save(str(catalog_path(language)))
        print(f"{language}: {len(messages.files)} messages, {len(untranslated(catalog))} to do")
    return 0


def opened(language: str) -> polib.POFile:
    """The catalog as it is, or an empty one with its header."""
    path = catalog_path(language)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=100)
    catalog = polib.POFile(wrapwidth=100)
    catalog.metadata = {
        "Project-Id-Version": "headroom",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    return catalog


def updated(catalog: polib.POFile, messages: Messages) -> polib.POFile:
    """The catalog with exactly the messages of the source in force, ordered by where they occur."""
    known = {key_of(entry): entry for entry in catalog}
    plural_forms = int(re.search(r"nplurals=(\d+)", catalog.metadata["Plural-Forms"])[1])  # type: ignore[index]
    current = []
    for key, files in messages.files.items():
        entry = known.pop(key, None) or polib.POEntry(
            msgctxt=key.context, msgid=key.singular, msgid_plural=key.plural or ""
        )
        entry.obsolete = False
        entry.occurrences = [(file, "") for file in sorted(files)]
        if key.plural is not None:
            entry.msgstr_plural = {
                form: entry.msgstr_plural.get(form, "") for form in range(plural_forms)
            }
        if PERCENT_PLACEHOLDER.search(key.singular) and "python-format" not in entry.flags:
            entry.flags.append("python-format")
        current.append(entry)
    for entry in known.values():
        entry.obsolete = True
        entry.occurrences = []
    current.sort(key=lambda entry: (entry.occurrences[0][0], entry.msgid, entry.msgctxt or ""))
    catalog[:] = [*current, *(entry for entry in known.values() if has_text(entry))]
    return catalog


def has_text(entry: polib.POEntry) -> bool:
    """Whether somebody has translated the entry, in force or not."""
    return bool(entry.msgstr or any(entry.msgstr_plural.values()))


def untranslated(catalog: polib.POFile) -> list[polib.POEntry]:
    """Entries in force that a reader would see in English."""
    return [entry for entry in catalog if not entry.obsolete and not entry.translated()]


if __name__ == "__main__":
    sys.exit(main())
