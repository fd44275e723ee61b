"""The rules of Citus, read from the catalog of the migrated database; docs/scaling.md."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from accounts import tenancy
from accounts.domain.roles import StaffScope
from accounts.models import Organization
from seats.models import UtilizationDay
from seats.selectors.distribution import (
    BrokenRule,
    broken_rules,
    policy_statements,
    usage_tables,
)
from tests.support.people import make_organization

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

SPOILED = """
CREATE TABLE spoiled (
    id bigserial PRIMARY KEY, organization_id bigint REFERENCES accounts_organization,
    name text, CONSTRAINT spoiled_name UNIQUE (name, organization_id)
);
CREATE TRIGGER spoiled_trigger BEFORE UPDATE ON spoiled
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE POLICY spoiled_policy ON spoiled USING (organization_id = (SELECT 1));
CREATE TABLE spoiled_parts (organization_id bigint NOT NULL, day date) PARTITION BY RANGE (day);
CREATE TABLE spoiled_part PARTITION OF spoiled_parts
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNIQUE INDEX spoiled_part_day ON spoiled_part (day);
"""


class TestTheUsageTables:
    def test_keep_the_rules(self) -> None:
        tables = usage_tables()
        assert {"seats_usageevent", "seats_usageday", "seats_memberactivity"} <= set(tables)
        with connections["owner"].cursor() as cursor:
            assert broken_rules(cursor, tables, with_policies=False) == []

    def test_have_policies_that_citus_takes_once_they_are_exchanged(self) -> None:
        tables = usage_tables()
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            before = broken_rules(cursor, tables, with_policies=True)
            for statement in policy_statements():
                cursor.execute(statement)
            after = broken_rules(cursor, tables, with_policies=True)
            transaction.set_rollback(True, using="owner")
        assert {rule.what for rule in before} == {"tenant", "staff"}
        assert after == []

    def test_are_all_in_the_printed_statements(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("citus_ddl")
        printed = capsys.readouterr().out
        for table in usage_tables():
            assert f"create_distributed_table('{table}', 'organization_id'" in printed
        assert "create_reference_table('seats_feature')" in printed


class TestASpoiledTable:
    def test_is_told_with_every_rule_it_breaks(self) -> None:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(SPOILED)
            found = broken_rules(cursor, ["spoiled", "spoiled_parts"], with_policies=True)
            transaction.set_rollback(True, using="owner")
        late = "is unique or exclusive and does not begin with the column"
        assert found == sorted(
            [
                BrokenRule(
                    "spoiled",
                    "column",
                    "is missing or may be null: every row belongs to one organization",
                ),
                BrokenRule("spoiled", "spoiled_pkey", late),
                BrokenRule("spoiled", "spoiled_name", late),
                BrokenRule(
                    "spoiled",
                    "spoiled_organization_id_fkey",
                    "is a foreign key from or to the table",
                ),
                BrokenRule("spoiled", "spoiled_trigger", "is a trigger"),
                BrokenRule("spoiled", "id", "takes its value from a sequence of one node"),
                BrokenRule("spoiled", "spoiled_policy", "is a policy with a subselect"),
                BrokenRule("spoiled_parts", "", "has no primary key"),
                BrokenRule("spoiled_part", "spoiled_part_day", late),
            ]
        )


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "pipeline"])
class TestTheExchangedPolicies:
    def test_show_a_reader_the_same_rows(self) -> None:
        acme, other = make_organization("acme"), make_organization("other")
        for organization in (acme, other):
            with tenancy.organization_context(organization.pk):
                UtilizationDay.objects.create(
                    organization=organization,
                    day=date(2026, 11, 1),
                    counted_at=datetime(2026, 11, 1, tzinfo=UTC),
                )
        with_subselect = _what_readers_see(acme)
        assert with_subselect == {"nobody": 0, "tenant": 1, "portfolio": 1, "all": 2}
        with connections["owner"].cursor() as cursor:
            kept = _policies(cursor)
            try:
                for statement in policy_statements():
                    cursor.execute(statement)
                assert _what_readers_see(acme) == with_subselect
            finally:
                for table, name, using, check in kept:
                    check = f" WITH CHECK ({check})" if check else ""
                    cursor.execute(f"ALTER POLICY {name} ON {table} USING ({using}){check}")
            assert _policies(cursor) == kept


def _policies(cursor: object) -> list[tuple[str, str, str, str | None]]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT tablename, policyname, qual, with_check FROM pg_policies "
        "WHERE tablename LIKE 'seats%' AND policyname IN ('tenant', 'staff') ORDER BY 1, 2"
    )
    return cursor.fetchall()  # type: ignore[attr-defined,no-any-return]


def _what_readers_see(organization: Organization) -> dict[str, int]:
    days = UtilizationDay.objects.all()
    seen = {"nobody": days.count()}
    with tenancy.organization_context(organization.pk):
        seen["tenant"] = days.count()
    with tenancy.staff_context(user_id=0, scope=StaffScope.PORTFOLIO, portfolio=[organization.pk]):
        seen["portfolio"] = days.count()
    with tenancy.staff_context(user_id=0, scope=StaffScope.ALL):
        seen["all"] = days.count()
    return seen
