"""docs/api-coverage.md names every page with its operations, or the reason why it has none."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from django.conf import settings

from tests.support.routes import ROUTES

DOCS = Path(settings.BASE_DIR) / "docs"
REASONS = {"session", "person", "protocol"}
_ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.M)


def rows() -> dict[str, str]:
    """Return what stands beside each page."""
    return dict(_ROW.findall((DOCS / "api-coverage.md").read_text()))


def operations() -> set[str]:
    """Return the ids of all operations."""
    document = yaml.load((DOCS / "openapi.yaml").read_text(), yaml.CSafeLoader)
    return {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


class TestCoverage:
    def test_has_a_row_for_every_page(self) -> None:
        patterns = rows()
        pages = {str(route.name) for route in ROUTES if not route.is_api}
        unnamed = {page for page in pages if not any(fnmatchcase(page, p) for p in patterns)}
        assert not unnamed, "add a row to docs/api-coverage.md for each"
        gone = {p for p in patterns if not any(fnmatchcase(page, p) for page in pages)}
        assert not gone, "these pages are no more"

    def test_names_operations_that_there_are(self) -> None:
        known = operations()
        for page, beside in rows().items():
            named = set(re.findall(r"`([^`]+)`", beside))
            assert named or beside in REASONS, page
            assert named <= known, page
