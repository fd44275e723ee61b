"""The catalog: publishing, retiring, the annual band, drafts from beginning to end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import staff_context
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.models import Plan, Price, PriceDraft
from billing.services.catalog import (
    AlreadyPublished,
    NotOnSaleAnyMore,
    OutsideAnnualBand,
    make_plan,
    publish_price,
    retire_plan,
    retire_price,
)
from billing.services.drafts import (
    DraftChangedMeanwhile,
    DraftEnded,
    DraftNameTaken,
    DraftTerms,
    change_draft,
    discard_draft,
    make_draft,
    publish_draft,
)

pytestmark = pytest.mark.django_db

OLGA = Actor("Olga Petrova")


def flat(unit: int, currency: str = "EUR") -> PriceTable:
    return PriceTable(Scheme.FLAT, currency, (Tier(None, unit),))


@pytest.fixture
def plan() -> Iterator[Plan]:
    """Team, seen by a vendor admin."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        yield make_plan(code="team", name="Team", now=timezone.now(), actor=OLGA)


def publish(
    plan: Plan, table: PriceTable, interval: Interval = Interval.MONTH, **given: Any
) -> Price:
    return publish_price(
        plan=plan, interval=interval, table=table, actor=OLGA, now=timezone.now(), **given
    )


def begin(plan: Plan, table: PriceTable | None = None, name: str = "2027") -> PriceDraft:
    return make_draft(
        plan=plan,
        interval=Interval.MONTH,
        terms=DraftTerms(name=name, table=table or flat(1_000), trial_days=14, floor_minor=700),
        actor=OLGA,
        now=timezone.now(),
    )


def verbs() -> list[str]:
    return list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))


class TestPublishPrice:
    def test_retires_the_version_before(self, plan: Plan) -> None:
        first = publish(plan, flat(1_000))
        second = publish(plan, flat(1_100), trial_days=14)
        first.refresh_from_db()
        assert first.retired_at is not None
        assert (second.version, second.trial_days) == (2, 14)
        assert verbs() == ["plan_created", "price_published", "price_retired", "price_published"]

    def test_refuses_the_same_terms_again(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        with pytest.raises(AlreadyPublished):
            publish(plan, flat(1_000))
        assert publish(plan, flat(1_000), trial_days=30).version == 2

    def test_keeps_trial_and_reason_as_they_were(self, plan: Plan) -> None:
        price = publish(plan, flat(1_000), trial_days=14, reason="spring offer")
        for change in ({"trial_days": 0}, {"publish_reason": "another"}):
            with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
                Price.objects.filter(pk=price.pk).update(**change)

    def test_refuses_a_retired_plan(self, plan: Plan) -> None:
        retire_plan(plan_id=plan.pk, actor=OLGA, now=timezone.now())
        with pytest.raises(NotOnSaleAnyMore):
            publish(plan, flat(1_000))


class TestAnnualBand:
    def test_takes_an_annual_price_that_saves_15_to_20_percent(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        # 12 x 10.00 = 120.00; 96.00 saves 20 %, 102.00 saves 15 %
        assert publish(plan, flat(9_600), Interval.YEAR).version == 1
        assert publish(plan, flat(10_200), Interval.YEAR).version == 2

    def test_asks_for_a_reason_outside(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        with pytest.raises(OutsideAnnualBand, match=r"saves 10 % against"):
            publish(plan, flat(10_800), Interval.YEAR)
        price = publish(plan, flat(10_800), Interval.YEAR, reason="The board decided so.")
        assert price.publish_reason == "The board decided so."

    def test_asks_for_it_too_when_the_monthly_price_moves_away(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        publish(plan, flat(9_840), Interval.YEAR)
        with pytest.raises(OutsideAnnualBand):
            publish(plan, flat(2_000))
        assert Price.objects.on_sale().filter(interval="month").get().version == 1

    def test_compares_within_one_currency_only(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        assert publish(plan, flat(990_000, "JPY"), Interval.YEAR).currency == "JPY"


class TestRetirePrice:
    def test_takes_it_off_sale_once(self, plan: Plan) -> None:
        price = publish(plan, flat(1_000))
        retire_price(price_id=price.pk, actor=OLGA, now=timezone.now())
        assert not Price.objects.on_sale().exists()
        with pytest.raises(NotOnSaleAnyMore):
            retire_price(price_id=price.pk, actor=OLGA, now=timezone.now())

    def test_of_a_plan_takes_all_its_prices_off_sale(self, plan: Plan) -> None:
        publish(plan, flat(1_000))
        retire_plan(plan_id=plan.pk, actor=OLGA, now=timezone.now())
        assert not Price.objects.on_sale().exists()
        with pytest.raises(NotOnSaleAnyMore):
            retire_plan(plan_id=plan.pk, actor=OLGA, now=timezone.now())


class TestDrafts:
    def test_are_edited_until_they_are_published(self, plan: Plan) -> None:
        draft = begin(plan)
        table = PriceTable(Scheme.GRADUATED, "EUR", (Tier(10, 0, 9_000), Tier(None, 800)))
        changed = change_draft(
            draft_id=draft.pk,
            revision=1,
            terms=DraftTerms(name="2027 entry", table=table, trial_days=30),
            actor=SYSTEM,
            now=timezone.now(),
        )
        assert (changed.revision, changed.table(), changed.name) == (2, table, "2027 entry")
        price = publish_draft(draft_id=draft.pk, revision=2, actor=OLGA, now=timezone.now())
        assert (price.table(), price.trial_days) == (table, 30)
        draft.refresh_from_db()
        assert draft.published_price == price
        assert not PriceDraft.objects.open().exists()
        assert verbs()[1:] == ["price_draft_created", "price_draft_changed", "price_published"]

    def test_are_not_sold(self, plan: Plan) -> None:
        begin(plan)
        assert not Price.objects.exists()

    def test_notice_that_somebody_else_saved(self, plan: Plan) -> None:
        draft = begin(plan)
        terms = DraftTerms(name="2027", table=flat(900))
        change_draft(draft_id=draft.pk, revision=1, terms=terms, actor=OLGA, now=timezone.now())
        with pytest.raises(DraftChangedMeanwhile):
            change_draft(draft_id=draft.pk, revision=1, terms=terms, actor=OLGA, now=timezone.now())
        with pytest.raises(DraftChangedMeanwhile):
            publish_draft(draft_id=draft.pk, revision=1, actor=OLGA, now=timezone.now())

    def test_have_names_of_their_own(self, plan: Plan) -> None:
        begin(plan)
        with pytest.raises(DraftNameTaken):
            begin(plan, flat(2_000))
        assert PriceDraft.objects.count() == 1

    def test_that_were_discarded_stay_so(self, plan: Plan) -> None:
        draft = begin(plan)
        discard_draft(draft_id=draft.pk, actor=OLGA, now=timezone.now())
        with pytest.raises(DraftEnded):
            publish_draft(draft_id=draft.pk, revision=1, actor=OLGA, now=timezone.now())
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            PriceDraft.objects.update(discarded_at=None)
        assert begin(plan).name == "2027"

    def test_cannot_be_deleted_by_the_application(self, plan: Plan) -> None:
        draft = begin(plan)
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            draft.delete()
        assert connection.is_usable()

    def test_stay_open_when_the_band_refuses_them(self, plan: Plan) -> None:
        publish(plan, flat(9_840), Interval.YEAR)
        draft = begin(plan, flat(5_000))
        with pytest.raises(OutsideAnnualBand):
            publish_draft(draft_id=draft.pk, revision=1, actor=OLGA, now=timezone.now())
        draft.refresh_from_db()
        assert draft.is_open
