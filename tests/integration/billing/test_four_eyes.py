"""A credit above the vendor's amount waits for a second person of finance."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry, User
from accounts.selectors.history import history_line, organization_history
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from billing.models import ApprovalAmount, CreditGrant
from billing.services.credit import carry_out_credit
from billing.services.grants import sweep_grants
from tests.integration.billing.conftest import World, make_price
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

REVIEWS = "/vendor/reviews/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fin() -> User:
    return make_user("fin", vendor_role="finance")


@pytest.fixture
def olga() -> User:
    return make_user("olga", vendor_role="vendor_admin")


def ask(who: User, amount: str = "200.00") -> CreditGrant:
    """Ask for a credit on acme's page; return it."""
    given = {"amount": amount, "reason": "An outage", "key": str(uuid.uuid4())}
    answer = client_of(who).post("/vendor/organizations/acme/credit/grant/", given)
    assert answer.status_code == 302
    return latest()


def latest() -> CreditGrant:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return CreditGrant.objects.order_by("-pk")[0]


def decide(who: User, grant: CreditGrant, decision: str, note: str = "") -> CreditGrant:
    given = {"decision": decision, "note": note}
    client_of(who).post(f"/vendor/reviews/credits/{grant.pk}/", given)
    return latest()


@pytest.fixture
def one_hundred() -> ApprovalAmount:
    return ApprovalAmount.objects.create(currency="EUR", credit_minor=100_00)


class TestCredit:
    def test_waits_is_mailed_and_booked_once_a_second_person_agrees(
        self, world: World, fin: User, olga: User, one_hundred: ApprovalAmount
    ) -> None:
        grant = ask(fin)
        assert grant.approval == "waiting"
        (letter,) = [m for m in mail.outbox if "waits for you" in m.subject]
        assert (letter.to, letter.subject) == ([olga.email], "A credit for Acme waits for you")
        assert "200.00" in letter.body
        assert REVIEWS in letter.body

        # Neither the sweeper nor a direct call books it meanwhile.
        later = timezone.now() + timedelta(minutes=5)
        assert sweep_grants(now=later) == 0
        carry_out_credit(organization_id=world.id, grant_id=grant.pk, now=later)
        assert world.account().credit_balance_minor == 0

        own = client_of(fin).get(REVIEWS).content.decode()
        assert "You asked for it" in own
        assert "Approve the credit" not in own
        assert decide(fin, grant, "approve").approval == "waiting"
        assert "Approve the credit" in client_of(olga).get(REVIEWS).content.decode()
        assert decide(olga, grant, "approve").approval == "approved"
        sweep_grants(now=later)
        sweep_grants(now=later)
        assert world.account().credit_balance_minor == 200_00

        with organization_context(world.id):
            verbs = list(HistoryEntry.objects.values_list("verb", "actor_label"))
            told = [history_line(e).title for e in organization_history(organization_id=world.id)]
        assert ("credit_proposed", str(fin)) in verbs
        assert ("credit_approved", str(olga)) in verbs
        assert f"{fin} granted a credit: An outage" in told
        assert not [line for line in told if "approved the credit" in line or "asked for" in line]

    def test_is_refused_with_a_reason_and_stays_so(
        self, world: World, fin: User, olga: User, one_hundred: ApprovalAmount
    ) -> None:
        grant = ask(fin)
        assert decide(olga, grant, "refuse").approval == "waiting"
        assert decide(olga, grant, "refuse", "It was ours to explain").approval == "refused"
        assert decide(olga, grant, "approve").approval == "refused"
        sweep_grants(now=timezone.now() + timedelta(minutes=5))
        assert world.account().credit_balance_minor == 0
        assert "It was ours to explain" in client_of(fin).get(REVIEWS).content.decode()

    def test_is_taken_back_by_who_asked(
        self, world: World, fin: User, one_hundred: ApprovalAmount
    ) -> None:
        assert decide(fin, ask(fin), "refuse", "A typing error").approval == "refused"

    def test_in_parts_counts_together_for_a_day(
        self, world: World, fin: User, one_hundred: ApprovalAmount
    ) -> None:
        # 60 passes; 60 + 50 = 110 is above 100.
        assert ask(fin, "60.00").approval == "not_needed"
        assert ask(fin, "50.00").approval == "waiting"

    def test_up_to_the_amount_needs_one_person(
        self, world: World, fin: User, one_hundred: ApprovalAmount
    ) -> None:
        assert ask(fin, "100.00").approval == "not_needed"
        assert mail.outbox == []

    def test_is_never_approved_by_its_first_person_in_the_database(
        self, world: World, fin: User, one_hundred: ApprovalAmount
    ) -> None:
        grant = ask(fin)
        for wrong in (
            {"approval": "approved", "decided_by_id": Actor.of(fin).user_id},
            {"approval": "approved", "decided_by_id": None},
            {"done_at": timezone.now()},
        ):
            with pytest.raises(IntegrityError), organization_context(world.id):
                CreditGrant.objects.filter(pk=grant.pk).update(**wrong)


class TestPolicy:
    def test_is_set_in_the_readers_own_separators(self, world: World, olga: User) -> None:
        client = client_of(olga)
        page = client.get("/vendor/policies/approval/").content.decode()
        assert 'value="5000.00"' in page
        given = {"credit_EUR": "250,50", "true_up_EUR": ""}
        assert client.post("/vendor/policies/approval/set/", given).status_code == 302
        row = ApprovalAmount.objects.get(pk="EUR")
        assert (row.credit_minor, row.true_up_minor) == (250_50, None)

    def test_refuses_what_is_no_amount(self, world: World, olga: User) -> None:
        given = {"credit_EUR": "a lot", "true_up_EUR": "1"}
        answer = client_of(olga).post("/vendor/policies/approval/set/", given)
        assert answer.status_code == 422
        assert not ApprovalAmount.objects.exists()

    def test_of_jpy_has_no_decimals(self, world: World, olga: User) -> None:
        make_price(currency="JPY", code="yen")
        page = client_of(olga).get("/vendor/policies/approval/").content.decode()
        assert 'value="800000"' in page

    def test_is_read_only_for_finance(self, world: World, fin: User) -> None:
        client = client_of(fin)
        assert "Save the amounts" not in client.get("/vendor/policies/approval/").content.decode()
        assert client.post("/vendor/policies/approval/set/", {}).status_code == 403
