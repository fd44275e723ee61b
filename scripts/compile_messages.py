"""Compiles every catalog to the form that Django reads; the results are build products."""

import os
import sys

import polib

from scripts.catalogs import LANGUAGES, catalog_path


def main() -> int:
    """Returns the exit code."""
    for language in LANGUAGES:
        source = catalog_path(language)
        if source.exists():
            target = source.with_suffix(".mo")
            # A server may read the old one right now: replace it in one step.
            partial = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(partial))
            partial.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
