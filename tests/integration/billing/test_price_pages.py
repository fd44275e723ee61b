"""The catalog and the price designer as vendor operations uses them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.domain.price_table import Scheme, Tier
from billing.models import Price, PriceDraft, Subscription
from tests.integration.billing.conftest import World, make_price, make_world
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

# The form of the designer with the tiers of the reference: 10 at 10.00, to 50 at 8.00, then 6.00.
FORM = {
    "name": "2027",
    "scheme": "graduated",
    "minimum_seats": "1",
    "maximum_seats": "",
    "step": "1",
    "trial_days": "14",
    "floor": "",
    "up_to": ["10", "50", ""],
    "unit": ["10.00", "8.00", "6.00"],
    "flat": ["", "", ""],
    "compare": "",
    "try": "",
    "revision": "1",
}


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(make_user("olga", vendor_role="vendor_admin"))
    return client


@pytest.fixture
def price() -> Price:
    return make_price()


def open_draft() -> PriceDraft:
    return PriceDraft.objects.open().get()


@pytest.fixture
def draft(olga: Client, price: Price) -> PriceDraft:
    """A draft of the next version of `price`."""
    olga.post(reverse("price_draft_from", args=[price.pk]))
    return open_draft()


def designer(draft: PriceDraft) -> str:
    return reverse("price_draft", args=[draft.pk])


def live(client: Client, draft: PriceDraft, **changes: Any) -> str:
    """What the server answers while somebody types."""
    address = reverse("price_draft_analysis", args=[draft.pk])
    return client.post(address, FORM | changes).content.decode()


def error_of(page: str, field: str) -> str:
    found = re.search(rf'id="{field}-error" class="field-error"[^>]*>([^<]*)<', page)
    assert found, f"no place for errors of {field}"
    return found[1]


class TestCatalog:
    def test_says_what_is_there_to_begin_with(self, olga: Client) -> None:
        assert (
            "Draft its prices"
            in olga.post(reverse("plan_new"), {"name": "Studio"}, follow=True).content.decode()
        )
        page = olga.get(reverse("prices")).content.decode()
        assert "Studio" in page
        assert "Nothing is on sale." in page

    def test_refuses_a_plan_without_a_name_or_with_a_taken_one(self, olga: Client) -> None:
        assert olga.post(reverse("plan_new"), {"name": "—"}).status_code == 422
        olga.post(reverse("plan_new"), {"name": "Studio"})
        again = olga.post(reverse("plan_new"), {"name": "studio"})
        assert "There is a plan of this name already." in again.content.decode()

    def test_shows_a_price_with_who_pays_it(self, olga: Client, world: World) -> None:
        page = olga.get(reverse("price", args=[world.subscription.price_id])).content.decode()
        assert "Acme" in page
        # 10 x 10.00 + 2 x 8.00
        assert "€116.00" in page

    def test_exports_the_curve(self, olga: Client, price: Price) -> None:
        answer = olga.get(reverse("price_curve", args=[price.pk, "csv"]))
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("Seats,Total,Per seat on average")
        assert lines[12] == "12,116.00,9.67,EUR,"
        excel = olga.get(reverse("price_curve", args=[price.pk, "xlsx"]))
        assert excel.content[:2] == b"PK"
        assert olga.get(reverse("price_curve", args=[price.pk, "pdf"])).status_code == 404

    def test_takes_a_price_off_sale_after_asking(self, olga: Client, price: Price) -> None:
        address = reverse("price_retire", args=[price.pk])
        assert "0 subscribers keep it" in olga.get(address).content.decode()
        assert Price.objects.on_sale().exists()
        assert olga.post(address).status_code == 302
        assert not Price.objects.on_sale().exists()
        assert olga.post(address).status_code == 409

    def test_takes_a_plan_off_sale_after_asking(self, olga: Client, price: Price) -> None:
        address = reverse("plan_retire", args=[price.plan_id])
        assert "Take Team off sale?" in olga.get(address).content.decode()
        olga.post(address)
        assert not Price.objects.on_sale().exists()
        assert "1 earlier version" in olga.get(reverse("prices")).content.decode()
        assert olga.post(address).status_code == 409


class TestNewDraft:
    def test_begins_with_what_is_on_sale(self, olga: Client, price: Price) -> None:
        address = reverse("price_draft_new", args=[price.plan_id])
        olga.post(address, {"name": "A", "currency": "EUR", "interval": "month"})
        assert open_draft().table() == price.table()

    def test_begins_with_one_tier_in_another_currency(self, olga: Client, price: Price) -> None:
        address = reverse("price_draft_new", args=[price.plan_id])
        olga.post(address, {"name": "A", "currency": "JPY", "interval": "month"})
        # ten yen: no decimals
        assert open_draft().table().tiers == (Tier(None, 10),)

    def test_goes_on_with_the_next_version_that_was_begun(
        self, olga: Client, draft: PriceDraft, price: Price
    ) -> None:
        again = olga.post(reverse("price_draft_from", args=[price.pk]))
        assert again["Location"] == designer(draft)
        assert draft.table() == price.table()

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"name": "A", "currency": "XXX", "interval": "month"},
            {"name": "A", "currency": "EUR", "interval": "week"},
            {"name": "", "currency": "EUR", "interval": "month"},
            {"name": "A" * 81, "currency": "EUR", "interval": "month"},
        ],
    )
    def test_asks_for_currency_interval_and_name(
        self, olga: Client, price: Price, sent: dict[str, str]
    ) -> None:
        answer = olga.post(reverse("price_draft_new", args=[price.plan_id]), sent)
        assert answer.status_code == 422
        assert not PriceDraft.objects.exists()


class TestDesigner:
    def test_shows_the_tiers_beside_their_curve(self, olga: Client, draft: PriceDraft) -> None:
        page = olga.get(designer(draft)).content.decode()
        assert page.count('name="up_to"') == 3
        assert 'data-value="116.00"' in page
        assert "75 seats cost" in page

    def test_saves_what_was_typed(self, olga: Client, draft: PriceDraft) -> None:
        answer = olga.post(designer(draft), FORM | {"unit": ["12", "9,50", "1.00"], "try": "7"})
        assert answer["Location"] == designer(draft) + "?try=7"
        draft.refresh_from_db()
        assert [tier.unit_amount_minor for tier in draft.table().tiers] == [1_200, 950, 100]
        assert (draft.name, draft.trial_days, draft.revision) == ("2027", 14, 2)

    def test_adds_and_removes_rows_without_saving(self, olga: Client, draft: PriceDraft) -> None:
        more = olga.post(designer(draft), FORM | {"add": "1"}).content.decode()
        assert more.count('name="up_to"') == 4
        fewer = olga.post(designer(draft), FORM | {"remove": "2"}).content.decode()
        assert fewer.count('name="up_to"') == 2
        # what was the middle tier is the open end now
        assert 'value="50"' not in fewer
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_notices_that_somebody_else_saved(self, olga: Client, draft: PriceDraft) -> None:
        olga.post(designer(draft), FORM)
        answer = olga.post(designer(draft), FORM)
        assert answer.status_code == 409
        assert "Somebody changed this draft" in answer.content.decode()

    def test_says_beside_the_name_that_it_is_taken(self, olga: Client, draft: PriceDraft) -> None:
        address = reverse("price_draft_new", args=[draft.plan_id])
        olga.post(address, {"name": "Other", "currency": "EUR", "interval": "month"})
        answer = olga.post(designer(draft), FORM | {"name": "Other"})
        assert answer.status_code == 422
        assert "draft of this name" in error_of(answer.content.decode(), "name")

    def test_is_discarded_for_good(self, olga: Client, draft: PriceDraft) -> None:
        olga.post(reverse("price_draft_discard", args=[draft.pk]))
        assert olga.get(designer(draft))["Location"] == reverse("prices")
        assert olga.post(designer(draft), FORM)["Location"] == reverse("prices")

    def test_exports_the_saved_curve(self, olga: Client, draft: PriceDraft) -> None:
        answer = olga.get(reverse("draft_curve", args=[draft.pk, "csv"]))
        assert "12,116.00,9.67,EUR" in answer.content.decode("utf-8-sig")


class TestWhileTyping:
    def test_computes_a_number_that_is_tried(self, olga: Client, draft: PriceDraft) -> None:
        page = live(olga, draft, **{"try": "12"})
        assert "12 seats cost €116.00, €9.67 a seat" in page

    def test_says_that_a_tried_number_is_not_sold(self, olga: Client, draft: PriceDraft) -> None:
        page = live(olga, draft, minimum_seats="20", **{"try": "12"})
        assert "do not sell this number" in page
        ends = {"maximum_seats": "50", "up_to": ["10", "30", "50"]}
        page = live(olga, draft, **ends, **{"try": "51"})
        assert error_of(page, "try") == "No tier reaches 51 seats."

    def test_names_cliffs_in_words_and_marks_them(self, olga: Client, draft: PriceDraft) -> None:
        page = live(olga, draft, scheme="volume")
        assert "but 11 seats cost only €88.00" in page
        assert 'data-series="overage" data-kind="bars"' in page

    def test_warns_below_the_floor(self, olga: Client, draft: PriceDraft) -> None:
        assert "below the floor of €7.00" in live(olga, draft, floor="7")

    def test_compares_with_the_price_on_sale(
        self, olga: Client, draft: PriceDraft, price: Price
    ) -> None:
        page = live(olga, draft, unit=["12", "8", "6"], compare=f"price-{price.pk}")
        assert "1 seats and more: this one is dearer." in page
        # 10 x 12.00 against 10 x 10.00
        assert "€120.00" in page
        assert "€20.00" in page

    def test_ignores_a_comparison_with_anything_else(self, olga: Client, draft: PriceDraft) -> None:
        assert "Beside" not in live(olga, draft, compare="price-0; drop")

    def test_tells_what_a_year_saves(self, olga: Client, draft: PriceDraft) -> None:
        # a year at 12 x 82 %: 98.40, 78.72 and 59.04
        tiers = (Tier(10, 9_840), Tier(50, 7_872), Tier(None, 5_904))
        make_price(tiers=tiers, interval=Interval.YEAR)
        assert "A year saves 18.0% against twelve months." in live(olga, draft)
        assert "publishing asks for a reason" in live(olga, draft, unit=["20", "8", "6"])

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"up_to": ["10", "10", ""]}, "tier-2", "Tiers 1 and 2 both end at 10."),
            ({"up_to": ["50", "10", ""]}, "tier-2", "tier 1 already reaches 50"),
            ({"up_to": ["", "50", ""]}, "tier-1", "tier 2 is never reached"),
            ({"up_to": ["10", "50", "90"]}, "tier-3", "seat 91 has no price"),
            ({"up_to": ["10", "50", "90"], "maximum_seats": "95"}, "tier-3", "Seats 91 to 95"),
            ({"up_to": ["ten", "50", ""]}, "tier-1", "Type a whole number"),
            ({"unit": ["10.001", "8", "6"]}, "tier-1", "EUR has 2 decimals."),
            ({"unit": ["", "8", "6"]}, "tier-1", "Type an amount such as 49.50."),
            ({"unit": ["NaN", "8", "6"]}, "tier-1", "Type an amount"),
            ({"unit": ["10", "-8", "6"]}, "tier-2", "never negative"),
            ({"flat": ["", "", "1e9"]}, "tier-3", "Type an amount"),
            ({"scheme": "flat"}, "tiers", "choose graduated or volume"),
            ({"scheme": "magic"}, "scheme", "Choose how the tiers count."),
            ({"minimum_seats": "0"}, "minimum_seats", "from 1 to"),
            ({"minimum_seats": "7", "step": "5"}, "minimum_seats", "not a multiple"),
            ({"maximum_seats": "x"}, "maximum_seats", "Type a whole number"),
            ({"step": "-1"}, "step", "Type a whole number"),
            ({"trial_days": "366"}, "trial_days", "from 0 to 365"),
            ({"floor": "cheap"}, "floor", "Type an amount"),
            ({"name": ""}, "name", "Give the draft a name"),
            ({"up_to": [], "unit": [], "flat": []}, "tiers", "at least one tier"),
            ({"try": "many"}, "try", "Type a whole number"),
        ],
    )
    def test_says_what_is_wrong_beside_it(
        self, olga: Client, draft: PriceDraft, changes: dict[str, Any], field: str, said: str
    ) -> None:
        assert said in error_of(live(olga, draft, **changes), field)

    def test_survives_an_empty_form(self, olga: Client, draft: PriceDraft) -> None:
        answer = olga.post(reverse("price_draft_analysis", args=[draft.pk]), {})
        assert answer.status_code == 200
        assert olga.post(designer(draft), {}).status_code == 422

    def test_keeps_to_the_currency_without_decimals(self, olga: Client, price: Price) -> None:
        olga.post(
            reverse("price_draft_new", args=[price.plan_id]),
            {"name": "Yen", "currency": "JPY", "interval": "month"},
        )
        page = live(olga, open_draft(), unit=["1200", "1000.5", "800"])
        assert "JPY has no decimals" in error_of(page, "tier-2")


class TestPublish:
    def test_says_who_is_affected_and_puts_it_on_sale(
        self, olga: Client, draft: PriceDraft, price: Price
    ) -> None:
        olga.post(designer(draft), FORM | {"unit": ["11", "8", "6"]})
        address = reverse("price_draft_publish", args=[draft.pk])
        page = olga.get(address).content.decode()
        assert "Version 1 goes off sale. 0 subscribers keep it" in page
        answer = olga.post(address, {"revision": "2"})
        on_sale = Price.objects.on_sale().get()
        assert answer["Location"] == reverse("price", args=[on_sale.pk])
        assert (on_sale.version, on_sale.trial_days) == (2, 14)
        price.refresh_from_db()
        assert price.retired_at is not None
        assert olga.get(designer(draft))["Location"] == reverse("price", args=[on_sale.pk])

    def test_refuses_what_was_not_seen(self, olga: Client, draft: PriceDraft) -> None:
        olga.post(designer(draft), FORM | {"unit": ["11", "8", "6"]})
        answer = olga.post(reverse("price_draft_publish", args=[draft.pk]), {"revision": "1"})
        assert answer.status_code == 409

    def test_refuses_the_same_terms_again(self, olga: Client, draft: PriceDraft) -> None:
        answer = olga.post(reverse("price_draft_publish", args=[draft.pk]), {"revision": "1"})
        assert "exactly these terms" in answer.content.decode()

    def test_asks_for_a_reason_outside_the_annual_band(
        self, olga: Client, draft: PriceDraft
    ) -> None:
        make_price(interval=Interval.YEAR, scheme=Scheme.FLAT, tiers=(Tier(None, 9_840),))
        olga.post(designer(draft), FORM | {"unit": ["11", "8", "6"]})
        address = reverse("price_draft_publish", args=[draft.pk])
        assert 'name="reason"' in olga.get(address).content.decode()
        assert olga.post(address, {"revision": "2"}).status_code == 422
        olga.post(address, {"revision": "2", "reason": "Annual follows next week."})
        newest = Price.objects.on_sale().get(interval="month")
        assert newest.publish_reason == "Annual follows next week."


class TestWhoMay:
    def test_only_vendor_admins_design_prices(self, price: Price) -> None:
        fin = Client()
        fin.force_login(make_user("fin", vendor_role="finance"))
        assert fin.get(reverse("prices")).status_code == 403

    def test_unknown_objects_are_not_there(self, olga: Client) -> None:
        for name in ("price", "price_draft", "price_retire", "plan_retire", "price_draft_publish"):
            assert olga.get(reverse(name, args=[999_999])).status_code == 404
        assert olga.post(reverse("price_draft_from", args=[999_999])).status_code == 404


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestSubscribers:
    def test_keep_the_price_they_have(self, olga: Client, sandbox: Any) -> None:
        world = make_world(sandbox)
        make_price(tiers=(Tier(None, 1_100),))
        page = olga.get(reverse("prices")).content.decode()
        assert "1 earlier version" in page
        with organization_context(world.id):
            assert Subscription.objects.get().price.version == 1
        first = olga.get(reverse("price", args=[world.subscription.price_id])).content.decode()
        assert "Version 2 is on sale instead." in first
