"""Fails when a text would reach a reader untranslated, or with a placeholder broken."""
# ruff: noqa: T201

import re
import sys
from collections import Counter
from collections.abc import Iterator

import polib

from scripts.catalogs import LANGUAGES, Messages, catalog_path, key_of, source_messages

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[sdfiur](?!\w)|\{\w*\}")


def main() -> int:
    """Returns the exit code; findings are printed one a line."""
    messages = source_messages()
    found = [finding for language in LANGUAGES for finding in findings(language, messages)]
    for finding in found:
        print(finding)
    print(f"{len(messages.files)} messages in {len(LANGUAGES)} catalogs, {len(found)} findings.")
    return 1 if found else 0


def findings(language: str, messages: Messages) -> Iterator[str]:
    """What is wrong with one catalog, a sentence each."""
    path = catalog_path(language)
    if not path.exists():
        yield f"{language}: the catalog is missing. Run `make messages`."
        return
    catalog = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    missing = messages.files.keys() - {key_of(entry) for entry in catalog}
    for key in sorted(missing, key=lambda key: key.singular):
        file = min(messages.files[key])
        yield f"{language}: not in the catalog: {key.singular!r} ({file}). Run `make messages`."
    for entry in catalog:
        if entry.fuzzy:
            yield f"{language}: fuzzy: {entry.msgid!r}"
        elif not entry.translated():
            yield f"{language}: not translated: {entry.msgid!r}"
        elif not placeholders_agree(entry):
            yield f"{language}: placeholders differ: {entry.msgid!r}"


def placeholders(text: str) -> Counter[str]:
    """The placeholders of a text, each with how often it occurs."""
    return Counter(PLACEHOLDER.findall(text.replace("%%", "")))


def placeholders_agree(entry: polib.POEntry) -> bool:
    """Whether every translation has the placeholders of its source.

    A plural form may leave out what the singular or the plural source leaves out ("one seat"), and
    must not use what neither has.
    """
    wanted = placeholders(entry.msgid)
    if not entry.msgid_plural:
        return placeholders(entry.msgstr) == wanted
    other = placeholders(entry.msgid_plural)
    return all(
        (wanted & other) <= placeholders(form) <= (wanted | other)
        for form in entry.msgstr_plural.values()
    )


if __name__ == "__main__":
    sys.exit(main())
