"""Compiles every catalog to the form that Django reads; the results are build products.

Uses Babel alone, which a deployment has too, so that the image can be built with it.
"""

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Returns the exit code."""
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        compile_catalog(source)
    return 0


def compile_catalog(source: Path) -> Path:
    """Writes the compiled catalog beside its source, in one step: a server may be reading it."""
    target = source.with_suffix(".mo")
    partial = target.with_suffix(f".{os.getpid()}")
    with source.open("rb") as catalog, partial.open("wb") as compiled:
        write_mo(compiled, read_po(catalog, locale=source.parts[-3]))
    partial.replace(target)
    return target


if __name__ == "__main__":
    sys.exit(main())
