"""Every template keeps to the content security policy, the sprite and the documented components."""

import re
from pathlib import Path

import pytest
from django.template import engines

from accounts.navigation import ORGANIZATION_ENTRIES, VENDOR_ENTRIES
from tests.unit.design.paths import STATIC, TEMPLATES, page_templates

INLINE_HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
HTMX_EVAL = re.compile(r"hx-on|hx-vals='js:|hx-headers='js:|hx-trigger=\"[^\"]*\[")


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", page_templates(), ids=name_of)
class TestEveryTemplate:
    def test_compiles(self, path: Path) -> None:
        assert engines["django"].get_template(name_of(path)) is not None

    def test_needs_no_inline_script_or_style(self, path: Path) -> None:
        text = path.read_text()
        for forbidden in (INLINE_HANDLER, INLINE_STYLE, INLINE_SCRIPT, HTMX_EVAL):
            assert not forbidden.search(text), forbidden.pattern

    def test_uses_only_icons_that_are_drawn(self, path: Path) -> None:
        assert set(re.findall(r'{% icon "([\w-]+)"', path.read_text())) <= sprite()

    def test_includes_only_what_exists(self, path: Path) -> None:
        for included in re.findall(r'{% (?:include|extends) "([^"]+)"', path.read_text()):
            assert (TEMPLATES / included).is_file(), included


class TestComponents:
    def test_each_says_first_what_it_is(self) -> None:
        for path in sorted((TEMPLATES / "components").glob("*.html")):
            assert path.read_text().startswith("{# "), path.name

    def test_each_stands_in_the_document_of_the_design_system(self) -> None:
        document = (TEMPLATES.parent / "docs" / "design-system.md").read_text()
        for path in sorted((TEMPLATES / "components").glob("*.html")):
            assert f"`{path.stem}`" in document, path.name

    def test_a_comment_never_runs_over_a_line(self) -> None:
        # Django's {# #} ends with the line: a longer one would be shown to the reader.
        for path in TEMPLATES.rglob("*.html"):
            for line in path.read_text().splitlines():
                assert line.count("{#") == line.count("#}"), path.name


class TestNavigation:
    def test_every_entry_has_its_icon(self) -> None:
        assert {entry.icon for entry in (*ORGANIZATION_ENTRIES, *VENDOR_ENTRIES)} <= sprite()
