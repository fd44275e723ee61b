"""The pages of a true-up, from its review to finance."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import organization_context
from tests.integration.trueups.conftest import DAY, Acme, make_acme
from tests.support.people import make_membership, make_user
from trueups.domain.terms import Policy, ReviewDefault
from trueups.models import LineComment, TrueUp, TrueUpTerms
from trueups.services.marks import keep_marks

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# The quarter ended yesterday: a review of 14 days is open.
START = (timezone.now() - timedelta(days=93)).replace(microsecond=0)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reviewed(transactional_db: None) -> Acme:
    """Ten bought, twelve in use, three of them inactive; the quarter is over."""
    acme = make_acme(seats=10, baseline=0, start=START)
    acme.lend(10)
    acme.agree(START, policy=Policy.HYBRID, review_default=ReviewDefault.KEEP)
    people = acme.hire(12)
    acme.beat(START)
    acme.seat(*people, at=START + DAY)
    for person in people[3:]:
        acme.act(person, START + 80 * DAY)
    keep_marks(now=START + 2 * DAY)
    acme.beat(timezone.now())
    return acme


def the_true_up(acme: Acme) -> TrueUp:
    with organization_context(acme.id):
        found = TrueUp.objects.filter(snapshot_at__isnull=False).first()
        assert found is not None
        return found


def address(acme: Acme, name: str, *args: Any) -> str:
    return reverse(name, args=[acme.organization.slug, the_true_up(acme).pk, *args])


class TestTheReview:
    def test_shows_each_inactive_person_and_the_way_to_decide(self, reviewed: Acme) -> None:
        ada = signed_in(reviewed.ada)
        page = ada.get(address(reviewed, "true_up")).content.decode()
        assert "3 people did not use their seats" in page
        assert "2 seats beyond what was bought" in page
        assert "brings exactly the credit back" in page
        listed = ada.get(reverse("true_ups", args=[reviewed.organization.slug]))
        assert the_true_up(reviewed).reference in listed.content.decode()

    def test_the_amount_follows_a_removal_and_its_undo(self, reviewed: Acme) -> None:
        ada, before = signed_in(reviewed.ada), the_true_up(reviewed)
        chosen = [person.pk for person in reviewed.people[:2]]
        choice: dict[str, Any] = {"decision": "remove", "person": chosen}
        asked = ada.get(address(reviewed, "true_up_decide"), choice)
        assert "Remove 2 people" in asked.content.decode()
        refused = ada.post(
            address(reviewed, "true_up_decide"), {"decision": "remove", "person": chosen}
        )
        assert refused.status_code == 422
        answer = ada.post(
            address(reviewed, "true_up_decide"),
            {"decision": "remove", "person": chosen, "reason": "Left"},
            headers={"HX-Request": "true"},
        )
        assert answer.headers["HX-Trigger"] == "panel:close"
        assert "2 people are marked for removal" in answer.content.decode()
        # Two over and two removed: the charge and the credit are the same price of two seats.
        assert the_true_up(reviewed).total_minor == 0 < before.total_minor
        ada.post(address(reviewed, "true_up_undo"), {"person": chosen})
        assert the_true_up(reviewed).total_minor == before.total_minor

    def test_a_disputed_line_waits_for_its_answer_and_submitting_names_the_amount(
        self, reviewed: Acme
    ) -> None:
        ada, true_up = signed_in(reviewed.ada), the_true_up(reviewed)
        with organization_context(reviewed.id):
            line = true_up.lines.get()
        ada.post(address(reviewed, "true_up_dispute", line.pk), {"text": "Two were a test."})
        page = ada.get(address(reviewed, "true_up")).content.decode()
        assert "Two were a test." in page
        other = ada.post(address(reviewed, "true_up_submit"), {"total": "1"}, follow=True)
        assert "The amount has changed" in other.content.decode()
        ada.post(address(reviewed, "true_up_submit"), {"total": str(true_up.total_minor)})
        assert the_true_up(reviewed).state == TrueUp.State.WITH_FINANCE
        after = ada.get(address(reviewed, "true_up")).content.decode()
        assert "Submit the review" not in after

    def test_nobody_of_billing_decides(self, reviewed: Acme) -> None:
        # The role reads true-ups; the permission to review is not in it.
        bill = make_user("bill")
        make_membership(reviewed.organization, user=bill, role="billing")
        client = signed_in(bill)
        page = client.get(address(reviewed, "true_up"))
        assert page.status_code == 200
        assert "Submit the review" not in page.content.decode()
        assert client.post(address(reviewed, "true_up_undo")).status_code == 403


class TestFinance:
    def test_answers_returns_and_sees_totals(self, reviewed: Acme) -> None:
        fin, ada = signed_in(reviewed.fin), signed_in(reviewed.ada)
        true_up = the_true_up(reviewed)
        with organization_context(reviewed.id):
            line = true_up.lines.get()
        ada.post(address(reviewed, "true_up_dispute", line.pk), {"text": "Two were a test."})
        ada.post(address(reviewed, "true_up_submit"), {"total": str(true_up.total_minor)})
        queue = fin.get(reverse("vendor_true_ups")).content.decode()
        assert "1 true-up waits for you" in queue
        page = fin.get(reverse("vendor_true_up", args=[true_up.pk])).content.decode()
        assert "Two were a test." in page
        with organization_context(reviewed.id):
            comment = LineComment.objects.get()
        fin.post(
            reverse("vendor_true_up_answer", args=[true_up.pk, comment.pk]),
            {"answer": "They were in use."},
        )
        fin.post(
            reverse("vendor_true_up_return", args=[true_up.pk]), {"reason": "Look", "days": "5"}
        )
        returned = the_true_up(reviewed)
        assert returned.state == TrueUp.State.RETURNED
        assert "They were in use." in ada.get(address(reviewed, "true_up")).content.decode()
        exported = fin.get(reverse("vendor_true_ups_export", args=["csv"])).content.decode()
        assert reviewed.organization.name in exported

    def test_simulates_every_policy(self, reviewed: Acme) -> None:
        fin = signed_in(reviewed.fin)
        slug = reviewed.organization.slug
        page = fin.get(reverse("true_up_simulation"), {"organization": slug}).content.decode()
        assert "Every seat, inactive can go" in page
        found = fin.get(reverse("true_up_simulation"), {"q": reviewed.organization.name})
        assert slug in found.content.decode()

    def test_approves_terms_with_a_reason(self, reviewed: Acme) -> None:
        fin = signed_in(reviewed.fin)
        where = reverse("true_up_terms", args=[reviewed.organization.slug])
        given = {
            "is_enabled": "on",
            "policy": "strict",
            "window_days": "30",
            "least_active_days": "2",
            "review_days": "10",
            "review_default": "keep",
            "lock_out_days": "30",
            "notice_days": "28, 3",
            "share_rule": "remaining_days",
            "quarter_basis": "term",
            "first_month": "1",
        }
        assert fin.post(where, given).status_code == 422
        assert fin.post(where, given | {"notice_days": "3, 28", "reason": "x"}).status_code == 422
        assert fin.post(where, given | {"reason": "The amendment of May"}).status_code == 302
        with organization_context(reviewed.id):
            assert TrueUpTerms.objects.get().policy == "strict"
        contract = fin.get(reverse("contract", args=[reviewed.organization.slug]))
        assert "Every assigned seat counts." in contract.content.decode()
