"""Owner rules on their pages: in words, in order, tried on an account; who reports to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.models import ExpansionTask, OwnerRule, StaffProfile
from signals.services.staff import set_absence
from tests.support.people import make_organization, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])


@pytest.fixture
def mia() -> User:
    return make_user("mia", vendor_role="account_manager")


@pytest.fixture
def mo() -> User:
    return make_user("mo", vendor_role="account_manager")


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(make_user("olga", vendor_role="vendor_admin"))
    return client


def account(name: str, **values: Any) -> Organization:
    return make_organization(name, segment="mid_market", country="DE", **values)


def add(olga: Client, **values: Any) -> Any:
    return olga.post(reverse("owner_rule_new"), values)


def page(olga: Client, organization: Organization | None = None) -> str:
    asked = {"organization": organization.external_id} if organization else {}
    return olga.get(reverse("owner_rules"), asked).content.decode()


class TestRules:
    def test_say_in_words_whose_tasks_they_give_to_whom(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        add(
            olga,
            segment="mid_market",
            countries="de at",
            seats_from="10",
            arr_from="5000",
            arr_to="90000",
            managers=[mia.pk, mo.pk],
        )
        add(olga, managers=[mo.pk])
        shown = page(olga)
        assert (
            "Mid-market, Germany or Austria, at least 10 seats, $5,000 to $90,000 a year: "
            "to Mia or Mo, whoever has the fewest open tasks."
        ) in shown
        assert "Every account: to Mo." in shown

    def test_are_asked_in_the_order_they_are_moved_to(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        add(olga, managers=[mia.pk])
        add(olga, managers=[mo.pk])
        first, second = OwnerRule.objects.all()
        anna = account("anna")
        assert "goes to Mia, by this rule" in page(olga, anna)
        olga.post(reverse("owner_rule_move", args=[second.pk]), {"to": "up"})
        assert list(OwnerRule.objects.all()) == [second, first]
        assert "goes to Mo, by this rule" in page(olga, anna)
        # The first one stays the first.
        olga.post(reverse("owner_rule_move", args=[second.pk]), {"to": "up"})
        assert list(OwnerRule.objects.all()) == [second, first]

    def test_are_changed_and_removed_after_a_question(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        add(olga, segment="enterprise", managers=[mia.pk])
        rule = OwnerRule.objects.get()
        edit = reverse("owner_rule", args=[rule.pk])
        assert "Enterprise: to Mia." in olga.get(edit).content.decode()
        olga.post(edit, {"segment": "", "managers": [mo.pk]})
        asked = olga.get(reverse("owner_rule_remove", args=[rule.pk])).content.decode()
        assert "Every account: to Mo." in asked
        olga.post(reverse("owner_rule_remove", args=[rule.pk]))
        assert not OwnerRule.objects.exists()

    def test_are_refused_beside_the_field_that_is_wrong(self, olga: Client, mia: User) -> None:
        wrong = add(olga, countries="DE, XQ", seats_from="9", seats_to="8", managers=[mia.pk])
        assert wrong.status_code == 422
        errors = wrong.context["form"].errors
        assert errors == {
            "countries": ["“XQ” is not the code of a country."],
            "seats_to": ["Enter a number at least as high as the one above."],
        }
        assert set(add(olga, segment="enterprise").context["form"].errors) == {"managers"}
        assert not OwnerRule.objects.exists()


class TestThePreview:
    def test_names_the_account_manager_a_rule_or_the_queue(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        assert "goes into the queue" in page(olga, account("anna"))
        add(olga, segment="mid_market", managers=[mia.pk, mo.pk])
        assert "goes to Mia, by this rule" in page(olga, account("berta"))
        owned = account("clara", account_manager=mo)
        assert "goes to Mo, its account manager" in page(olga, owned)

    def test_goes_to_the_least_loaded_and_their_deputy(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        add(olga, managers=[mia.pk, mo.pk])
        anna, now = account("anna"), timezone.now()
        with organization_context(anna.pk):
            ExpansionTask.objects.create(
                organization=anna,
                play="add_seats",
                owner=mia,
                currency="EUR",
                reminder_at=now,
                due_at=now,
            )
        assert "goes to Mo, by this rule" in page(olga, anna)
        set_absence(
            user=mo,
            absent_from=(now - timedelta(days=2)).date(),
            absent_until=(now + timedelta(days=2)).date(),
            deputy=mia,
            actor=Actor.of(mo),
            now=now,
        )
        assert "Mia stands in while Mo is away." in page(olga, anna)


class TestWhoReportsToWhom:
    def test_is_written_for_all_at_once_and_never_to_oneself(
        self, olga: Client, mia: User, mo: User
    ) -> None:
        address = reverse("staff_managers")
        olga.post(address, {f"manager-{mia.pk}": mo.pk, f"manager-{mo.pk}": ""})
        assert StaffProfile.objects.get(user=mia).manager == mo
        assert not StaffProfile.objects.filter(user=mo, manager__isnull=False).exists()
        olga.post(address, {f"manager-{mo.pk}": mo.pk})
        assert "Mo reports to somebody else" in page(olga)
