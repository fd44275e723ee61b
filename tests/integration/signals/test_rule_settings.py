"""Settings of rules: the vendor's, an organization's, and what is inherited."""

import pytest

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from signals.domain.rule_settings import SettingsRefused
from signals.models import RuleSetting
from signals.selectors.rule_settings import rule_book, rule_books
from signals.services.rule_settings import NoSuchRule, reset_rule, set_rule
from tests.integration.signals.world import MONDAY, World
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def olga() -> User:
    return make_user("olga", vendor_role="vendor_admin")


def put(olga: User, *, people: int, organization_id: int | None = None, is_on: bool = True) -> None:
    set_rule(
        kind="new_hires",
        organization_id=organization_id,
        thresholds={"least_people": people},
        is_on=is_on,
        actor=Actor.of(olga),
        now=MONDAY,
    )


class TestARulesSettings:
    def test_are_an_organizations_own_then_the_vendors_then_the_rules(self, olga: User) -> None:
        lago, mira = World("lago"), World("mira")
        assert rule_book("new_hires").of(lago.id).thresholds.as_json()["least_people"] == 2
        put(olga, people=5)
        put(olga, people=9, organization_id=mira.id)
        book = rule_book("new_hires")
        assert [
            book.of(id_).thresholds.as_json()["least_people"] for id_ in (lago.id, mira.id)
        ] == [
            5,
            9,
        ]
        reset_rule(kind="new_hires", organization_id=mira.id, actor=Actor.of(olga), now=MONDAY)
        assert rule_book("new_hires").of(mira.id).thresholds.as_json()["least_people"] == 5

    def test_can_switch_it_off_for_one_organization(self, olga: User) -> None:
        lago, mira = World("lago"), World("mira")
        put(olga, people=2, organization_id=mira.id, is_on=False)
        book = rule_book("new_hires")
        assert book.of(mira.id).spoken is None
        assert book.of(lago.id).spoken is not None

    def test_are_refused_field_by_field(self, olga: User) -> None:
        with pytest.raises(SettingsRefused):
            put(olga, people=0)
        with pytest.raises(NoSuchRule):
            set_rule(
                kind="weather",
                organization_id=None,
                thresholds={},
                is_on=True,
                actor=Actor.of(olga),
                now=MONDAY,
            )
        assert not RuleSetting.objects.using("pipeline").exists()

    def test_survive_a_threshold_that_is_known_no_more(self, olga: User) -> None:
        put(olga, people=5)
        RuleSetting.objects.using("pipeline").update(
            thresholds={"least_people": 7, "colour": 1, "within_days": 999}
        )
        found = rule_book("new_hires").usual.thresholds.as_json()
        assert (found["least_people"], found["within_days"]) == (7, 14)

    def test_are_read_with_one_query(self, olga: User, django_assert_num_queries: object) -> None:
        put(olga, people=5)
        with django_assert_num_queries(1, using="pipeline"):  # type: ignore[operator]
            assert len(rule_books()) > 10

    def test_have_a_history_that_no_customer_reads(self, olga: User) -> None:
        lago = World("lago")
        put(olga, people=5, organization_id=lago.id)
        with organization_context(lago.id):
            assert not HistoryEntry.objects.filter(verb="rule_set").exists()
        with staff_context(user_id=olga.pk, scope=StaffScope.ALL):
            entry = HistoryEntry.objects.get(verb="rule_set")
        assert entry.changes == {"least_people": [2, 5], "organization": lago.organization.name}
