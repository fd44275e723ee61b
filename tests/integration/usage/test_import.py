"""`manage.py import_usage`: files of any form, bad lines set aside, repeated without harm."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg.errors import CheckViolation

from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from seats.models import UsageDay, UsageEvent
from seats.services import usage_import
from tests.integration.usage.conftest import event


def run(file: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_usage", str(file), stdout=out, **options)
    return out.getvalue()


def write_lines(file: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    content = "\n".join(texts).encode()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file


def rejects_of(file: Path) -> list[dict[str, Any]]:
    path = file.with_name(f"{file.name}.rejects.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def count_events(organization: Organization) -> int:
    return UsageEvent.objects.using("pipeline").filter(organization=organization).count()


class TestImportUsage:
    @pytest.mark.parametrize("name", ["usage.jsonl", "usage.jsonl.gz"])
    def test_loads_json_lines(self, acme: Organization, tmp_path: Path, name: str) -> None:
        file = write_lines(tmp_path / name, *[event(acme) for _ in range(30)])
        assert "30 lines: 30 new events, 0 known already, 0 rejected." in run(file)
        assert count_events(acme) == 30
        assert rejects_of(file) == []

    def test_counts_nothing_twice_when_repeated(self, acme: Organization, tmp_path: Path) -> None:
        with_id = [event(acme) for _ in range(5)]
        without_id = [event(acme, quantity=n) for n in range(1, 6)]
        for line in without_id:
            del line["id"]
        file = write_lines(tmp_path / "usage.jsonl", *with_id, *without_id)
        run(file)
        assert "10 lines: 0 new events, 10 known already, 0 rejected." in run(file)
        assert count_events(acme) == 10
        counted = UsageDay.objects.using("pipeline").filter(organization=acme)
        assert sum(day.events for day in counted) == 10

    def test_sets_bad_lines_aside_with_number_and_reason(
        self, acme: Organization, tmp_path: Path
    ) -> None:
        file = write_lines(
            tmp_path / "usage.jsonl",
            event(acme),
            "{broken",
            "",
            event(acme, at="2026-11-01T10:00:00"),
            event(organization=None, organization_name="x"),
            "[" * 50_000,
            "x" * 300_000,
            '{"id": "nul", "member": "a\\u0000"}',
            event(acme),
        )
        assert "2 new events, 0 known already, 6 rejected." in run(file)
        rejects = rejects_of(file)
        assert [(r["line"], r["code"]) for r in rejects] == [
            (2, "malformed_json"),
            (4, "time_zone_missing"),
            (5, "unknown_field"),
            (6, "wrong_type"),
            (7, "too_long"),
            (8, "missing"),
        ]
        assert rejects[1]["field"] == "at"
        assert rejects[1]["reason"] == "The time has no offset from UTC."
        assert all(len(r["text"]) <= 1000 for r in rejects)

    def test_forgets_the_rejects_of_an_earlier_run(
        self, acme: Organization, tmp_path: Path
    ) -> None:
        file = write_lines(tmp_path / "usage.jsonl", "{broken")
        run(file)
        assert len(rejects_of(file)) == 1
        write_lines(file, event(acme))
        run(file)
        assert rejects_of(file) == []

    @pytest.mark.parametrize("name", ["usage.csv", "usage.csv.gz"])
    def test_loads_csv(self, acme: Organization, tmp_path: Path, name: str) -> None:
        text = io.StringIO()
        rows = csv.writer(text)
        heading = "organization,member,at,kind,feature,quantity,outcome.kind,outcome_value"
        rows.writerow([*heading.split(","), "geo.country", "ip"])
        when = event()["at"]
        good = [acme.external_id, "ben", when, "feature", 'the "editor", new', "2", "saved", "1.5"]
        rows.writerow([*good, "DE", "192.0.2.1"])
        rows.writerow([acme.external_id, "eva", when, "sign_in", "", "", "", "", "", ""])
        rows.writerow([acme.external_id, "eva", when, "feature", "x", "two", "", "", "", ""])
        rows.writerow(["too", "few"])
        content = text.getvalue().encode() + b"\xff,b,c,d,e,f,g,h,i,j\n"
        file = tmp_path / name
        file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        assert "5 lines: 2 new events, 0 known already, 3 rejected." in run(file)
        assert [(r["line"], r["field"], r["code"]) for r in rejects_of(file)] == [
            (4, "quantity", "wrong_type"),
            (5, "", "malformed_csv"),
            (6, "", "invalid_text"),
        ]
        kept = UsageEvent.objects.using("pipeline").get(organization=acme, member="ben")
        assert (kept.feature, kept.quantity, kept.outcome_kind) == ('the "editor", new', 2, "saved")
        assert (str(kept.outcome_value), kept.country, kept.ip) == ("1.5000", "DE", "192.0.2.1")
        assert "2 known already" in run(file)

    def test_makes_a_person_without_a_seat_of_somebody_unknown(
        self, acme: Organization, tmp_path: Path
    ) -> None:
        run(write_lines(tmp_path / "usage.jsonl", event(acme, member="newcomer")))
        with organization_context(acme.pk):
            assert Membership.objects.get(external_id="newcomer").state == "discovered"


class TestBatches:
    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(usage_import, "LINES_AT_ONCE", 10)

    def test_are_each_counted_once_whatever_was_known_before(
        self, acme: Organization, tmp_path: Path
    ) -> None:
        first = [event(acme) for _ in range(95)]
        run(write_lines(tmp_path / "first.jsonl", *first))
        # Known are 50 to 64, and one new line is there twice: 80 + 1 lines, 80 - 15 new events.
        new = [event(acme) for _ in range(65)]
        lines = [*new[:20], *first[50:65], *new[20:], new[0]]
        file = write_lines(tmp_path / "second.jsonl", *lines, "{broken")
        assert "82 lines: 65 new events, 16 known already, 1 rejected." in run(file)
        assert [r["line"] for r in rejects_of(file)] == [82]
        assert count_events(acme) == 95 + 65
        counted = UsageDay.objects.using("pipeline").filter(organization=acme)
        assert sum(day.events for day in counted) == 95 + 65

    def test_that_cannot_be_written_end_the_import_and_keep_the_others(
        self, acme: Organization, tmp_path: Path
    ) -> None:
        lines = [event(acme, id=f"line-{n}") for n in range(45)]
        file = write_lines(tmp_path / "usage.jsonl", *lines)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "ALTER TABLE seats_usageevent ADD CONSTRAINT broken CHECK (event_id <> 'line-25')"
            )
        try:
            with pytest.raises(CheckViolation):
                run(file)
        finally:
            with connections["owner"].cursor() as cursor:
                cursor.execute("ALTER TABLE seats_usageevent DROP CONSTRAINT broken")
        # Three of the four that were begun; the fifth was not.
        assert count_events(acme) == 30
        assert "45 lines: 15 new events, 30 known already, 0 rejected." in run(file)


class TestOrganizations:
    def test_that_are_unknown_reject_their_lines(self, committed: None, tmp_path: Path) -> None:
        file = write_lines(tmp_path / "usage.jsonl", event() | {"organization": "brand-new"})
        assert "1 rejected" in run(file)
        assert rejects_of(file)[0]["code"] == "unknown_organization"

    def test_that_are_unknown_are_made_on_demand(self, committed: None, tmp_path: Path) -> None:
        lines = [event() | {"organization": f"made-{n % 3}"} for n in range(9)]
        out = run(write_lines(tmp_path / "u.jsonl", *lines), create_organizations=True)
        assert "9 new events" in out
        assert "Organizations made: made-0, made-1, made-2." in out
        # Nothing is made a second time.
        assert "made:" not in run(tmp_path / "u.jsonl", create_organizations=True)

    def test_with_a_name_that_none_may_have_are_not_made(
        self, committed: None, tmp_path: Path
    ) -> None:
        lines = [event() | {"organization": name} for name in ("a b", "ü", "n\x00l", "x" * 201)]
        out = run(write_lines(tmp_path / "u.jsonl", *lines), create_organizations=True)
        assert "0 new events, 0 known already, 4 rejected" in out

    def test_may_be_given_for_the_whole_file(
        self, acme: Organization, other: Organization, tmp_path: Path
    ) -> None:
        file = write_lines(tmp_path / "u.jsonl", event(), event(acme), event(other))
        assert "2 new events" in run(file, organization=acme.external_id)
        assert rejects_of(file)[0]["code"] == "other_organization"
        assert (count_events(acme), count_events(other)) == (2, 0)

    def test_given_but_unknown_stop_the_import(self, committed: None, tmp_path: Path) -> None:
        file = write_lines(tmp_path / "u.jsonl", event())
        with pytest.raises(CommandError, match="no organization nobody-knows"):
            run(file, organization="nobody-knows")


class TestFiles:
    def test_that_are_missing_are_named(self, committed: None, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"missing\.jsonl"):
            run(tmp_path / "missing.jsonl")

    def test_that_are_cut_off_are_an_error(self, acme: Organization, tmp_path: Path) -> None:
        file = write_lines(tmp_path / "u.jsonl.gz", *[event(acme) for _ in range(100)])
        file.write_bytes(file.read_bytes()[:-20])
        with pytest.raises(CommandError, match="cannot be read"):
            run(file)

    def test_that_are_empty_hold_nothing(self, committed: None, tmp_path: Path) -> None:
        (tmp_path / "empty.jsonl").touch()
        assert "0 lines" in run(tmp_path / "empty.jsonl")
