"""The translation tools: what they find in the source, and what they refuse in a catalog."""

import gettext
import subprocess
from pathlib import Path

import polib
import pytest

from scripts import catalogs, check_translations, compile_messages, extract_messages
from scripts.catalogs import Key, Messages

TEMPLATE = """{% load i18n %}
{% translate "Add seats" %} {% translate 'Open' context "a true-up" as state %}
{% blocktranslate count n=3 trimmed %}
  one seat for {{ name }}
{% plural %}
  {{ n }} seats for {{ name }}
{% endblocktranslate %}
{{ total|default:_("none") }} {% comment %}{% translate "never" %}{% endcomment %}
"""
PYTHON = b"""
title = gettext_lazy("Seats " "and billing")
text = ngettext("%(n)d seat", "%(n)d seats", n) + pgettext("a verb", "Order") + _(f"{n}") + _(title)
"""


def messages_of(*keys: Key) -> Messages:
    return Messages(files={key: {"seats/views.py"} for key in keys})


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the German catalog in an empty project."""
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    path = catalogs.catalog_path("de")
    path.parent.mkdir(parents=True)
    return path


def write(path: Path, *entries: polib.POEntry) -> None:
    catalog = extract_messages.opened("de")
    catalog.extend(entries)
    catalog.save(str(path))


class TestSourceMessages:
    @pytest.fixture
    def found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Messages:
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
        (tmp_path / "views.py").write_bytes(PYTHON)
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_views.py").write_text('_("only a test")')
        monkeypatch.setattr(catalogs, "ROOT", tmp_path)
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        return catalogs.source_messages()

    def test_are_those_of_templates_and_python_files_without_the_tests(
        self, found: Messages
    ) -> None:
        assert found.files.keys() == {
            Key(None, "Add seats", None),
            Key("a true-up", "Open", None),
            Key(None, "one seat for %(name)s", "%(n)s seats for %(name)s"),
            Key(None, "none", None),
            Key(None, "Seats and billing", None),
            Key(None, "%(n)d seat", "%(n)d seats"),
            Key("a verb", "Order", None),
        }

    def test_know_their_files(self, found: Messages) -> None:
        assert found.files[Key(None, "Add seats", None)] == {"templates/page.html"}
        assert found.files[Key(None, "Seats and billing", None)] == {"views.py"}

    def test_a_text_used_alone_and_with_a_plural_is_one_message(self) -> None:
        messages = Messages()
        messages.add("gettext", ["%(n)d seat"], "a.py")
        messages.add("ngettext", ["%(n)d seat", "%(n)d seats"], "b.py")
        messages.merge_plurals()
        assert messages.files == {Key(None, "%(n)d seat", "%(n)d seats"): {"a.py", "b.py"}}


class TestExtract:
    def test_keeps_translations_adds_new_messages_and_retires_old_ones(self, german: Path) -> None:
        write(
            german,
            polib.POEntry(msgid="Seats", msgstr="Plätze"),
            polib.POEntry(msgid="Gone", msgstr="Fort"),
        )
        current = messages_of(Key(None, "Seats", None), Key(None, "%(n)d seat", "%(n)d seats"))
        catalog = extract_messages.updated(extract_messages.opened("de"), current)
        states = {entry.msgid: (entry.msgstr, entry.obsolete) for entry in catalog}
        assert states == {
            "Seats": ("Plätze", False),
            "%(n)d seat": ("", False),
            "Gone": ("Fort", True),
        }
        plural = catalog.find("%(n)d seat")
        assert plural is not None
        # German has two forms.
        assert plural.msgstr_plural == {0: "", 1: ""}

    def test_a_message_that_returns_has_its_translation_back(self, german: Path) -> None:
        write(german, polib.POEntry(msgid="Gone", msgstr="Fort", obsolete=True))
        current = messages_of(Key(None, "Gone", None))
        catalog = extract_messages.updated(extract_messages.opened("de"), current)
        assert [(entry.msgstr, entry.obsolete) for entry in catalog] == [("Fort", False)]


class TestFindings:
    def test_a_complete_catalog_has_none(self, german: Path) -> None:
        write(german, polib.POEntry(msgid="%(n)s seats", msgstr="%(n)s Plätze"))
        messages = messages_of(Key(None, "%(n)s seats", None))
        assert list(check_translations.findings("de", messages)) == []

    @pytest.mark.parametrize(
        ("entry", "finding"),
        [
            (polib.POEntry(msgid="Seats"), "not translated: 'Seats'"),
            (polib.POEntry(msgid="Seats", msgstr="Sitz", flags=["fuzzy"]), "fuzzy: 'Seats'"),
            (
                polib.POEntry(msgid="%(n)s of %(m)s", msgstr="%(n)s von %(n)s"),
                "placeholders differ",
            ),
            (polib.POEntry(msgid="{count} seats", msgstr="Plätze"), "placeholders differ"),
            (
                polib.POEntry(
                    msgid="one seat",
                    msgid_plural="%(n)s seats",
                    msgstr_plural={0: "ein Platz", 1: "%(name)s Plätze"},
                ),
                "placeholders differ",
            ),
        ],
    )
    def test_names_what_is_wrong(self, german: Path, entry: polib.POEntry, finding: str) -> None:
        write(german, entry)
        messages = messages_of(catalogs.key_of(entry))
        assert [finding in found for found in check_translations.findings("de", messages)] == [True]

    def test_a_message_missing_from_the_catalog_is_named_with_its_file(self, german: Path) -> None:
        write(german)
        (found,) = check_translations.findings("de", messages_of(Key(None, "Seats", None)))
        assert "not in the catalog: 'Seats' (seats/views.py)" in found

    def test_a_plural_form_may_leave_the_number_out(self) -> None:
        entry = polib.POEntry(
            msgid="one seat", msgid_plural="%(n)s seats", msgstr_plural={0: "%(n)s kursi"}
        )
        assert check_translations.placeholders_agree(entry)

    def test_a_percent_sign_is_no_placeholder(self) -> None:
        entry = polib.POEntry(msgid="80 %% of seats", msgstr="80 %% der Plätze")
        assert check_translations.placeholders_agree(entry)


class TestCompile:
    def test_readers_find_texts_plurals_and_contexts(self, german: Path) -> None:
        write(
            german,
            polib.POEntry(msgid="Seats", msgstr="Plätze"),
            polib.POEntry(msgctxt="a verb", msgid="Order", msgstr="Bestellen"),
            polib.POEntry(
                msgid="%d seat",
                msgid_plural="%d seats",
                msgstr_plural={0: "%d Platz", 1: "%d Plätze"},
            ),
            polib.POEntry(msgid="Unsure", msgstr="Unsicher", flags=["fuzzy"]),
        )
        with compile_messages.compile_catalog(german).open("rb") as compiled:
            translations = gettext.GNUTranslations(compiled)
        assert translations.gettext("Seats") == "Plätze"
        assert translations.pgettext("a verb", "Order") == "Bestellen"
        assert translations.ngettext("%d seat", "%d seats", 3) == "%d Plätze"
        assert translations.gettext("Unsure") == "Unsure"
        assert [
            path.name for path in german.parent.iterdir() if path.suffix not in {".po", ".mo"}
        ] == []
