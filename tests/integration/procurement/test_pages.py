"""The pages of requests, rules and stand-ins, the mail's link and the operations."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import organization_context
from procurement.models import ApprovalDelegation, ApprovalPolicy, PurchaseRequest
from procurement.services.telling import remind
from tests.integration.procurement.conftest import Company
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
State = PurchaseRequest.State


def client_of(company: Company, member: Membership) -> Client:
    client = Client()
    client.force_login(company.user(member))
    return client


def path(name: str, *args: object) -> str:
    return reverse(name, args=["acme", *args])


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def links_in_mails(address: str) -> list[str]:
    """Return the paths of links that were mailed to an address, the latest first."""
    found = []
    for message in reversed(mail.outbox):
        if address in message.to:
            found += re.findall(
                r"https?://[^/\s]+(/o/acme/requests/link/[^\s]+)", str(message.body)
            )
    return found


class TestAsking:
    def test_a_buyer_is_led_from_the_price_to_the_request_with_a_file(
        self, company: Company
    ) -> None:
        ada = client_of(company, company.ada)
        panel = ada.get(path("add_seats") + "?seats=5").content.decode()
        assert "Ask for approval of 5 seats" in panel
        assert path("buy_seats") in panel
        ask_url = re.search(r'href="(/o/acme/requests/purchases/new/[^"]+)"', panel)
        assert ask_url is not None
        form = text_of(ada.get(ask_url[1]))
        assert "Any approver" in form or "any approver" in form
        sent = ada.post(
            ask_url[1],
            {
                "reason": "Two new people in sales",
                "cost_centre": "Sales",
                "po_number": "PO-1",
                "file": SimpleUploadedFile("../offer.pdf", b"%PDF-1.7 offer"),
            },
            follow=True,
        )
        page = text_of(sent)
        assert "5 more seats" in page
        assert "Can decide now: Ben, Eve" in page
        with organization_context(company.id):
            request = PurchaseRequest.objects.get()
            file = request.attachments.get()
        assert (request.po_number, file.name) == ("PO-1", "offer.pdf")
        download = ada.get(path("request_attachment", request.pk, file.pk))
        assert download["Content-Disposition"] == 'attachment; filename="offer.pdf"'
        assert download.content == b"%PDF-1.7 offer"
        assert "R-1" in text_of(ada.get(path("purchase_requests")))
        listed = ada.get(path("purchase_requests_export", "csv")).content.decode("utf-8-sig")
        assert "R-1" in listed.splitlines()[1]

    def test_the_button_that_pays_leads_to_the_request_too(self, company: Company) -> None:
        quote = company.quote(17)
        answer = client_of(company, company.ada).post(
            path("buy_seats"), {"quote": quote.pk, "total": quote.total_now_minor}
        )
        assert answer["Location"].startswith(path("request_new"))


class TestDeciding:
    def test_by_the_mails_link_which_reading_does_not_use_up(self, company: Company) -> None:
        asked = company.ask(17)
        (link,) = links_in_mails("ben@example.com")
        # Without a sign-in it leads to the sign-in page; somebody else's sign-in opens nothing.
        assert Client().get(link).status_code == 302
        assert client_of(company, company.dora).get(link).status_code == 410
        ben = client_of(company, company.ben)
        for _look in range(2):
            assert "Nothing is decided until you press a button" in text_of(ben.get(link))
        assert company.read(asked).state == State.WAITING
        done = ben.post(link, {"verdict": "approve", "note": ""}, follow=True)
        assert "bought as asked in R-1" in text_of(done)
        assert company.read(asked).state == State.BOUGHT
        assert ben.get(link).status_code == 410
        assert "Approved and bought" in mail.outbox[-1].subject

    def test_a_link_for_a_step_that_eve_decided_is_used_up(self, company: Company) -> None:
        asked = company.ask(17)
        (link,) = links_in_mails("ben@example.com")
        company.decide(asked, company.eve, approve=False, note="Not now")
        ben = client_of(company, company.ben)
        assert ben.post(link, {"verdict": "approve"}).status_code == 410
        assert company.read(asked).state == State.DECLINED
        assert ben.get(path("request_link", "nonsense")).status_code == 410

    def test_on_the_page_with_the_number_that_waits_in_the_navigation(
        self, company: Company
    ) -> None:
        asked = company.ask(17)
        ben = client_of(company, company.ben)
        assert "1 waits for you" in text_of(ben.get(path("purchase_requests")))
        address = path("request_decide", asked.pk)
        # To decline needs a word.
        ben.post(address, {"verdict": "decline", "round": 1, "step": 0, "note": ""})
        assert company.read(asked).state == State.WAITING
        answer = ben.post(
            address, {"verdict": "decline", "round": 1, "step": 0, "note": "Next year"}, follow=True
        )
        assert "Next year" in text_of(answer)
        assert "Not approved: 5 more seats" in mail.outbox[-1].subject
        ada = client_of(company, company.ada)
        assert ada.post(address, {"verdict": "approve", "round": 1, "step": 0}).status_code == 302
        assert company.read(asked).state == State.DECLINED

    def test_for_somebody_who_is_away(self, company: Company) -> None:
        today = timezone.now().date()
        ben = client_of(company, company.ben)
        stands_in = ben.post(
            path("approval_delegation"),
            {"to_member": company.dora.pk, "from_on": today, "until_on": today},
            follow=True,
        )
        assert "Dora decides for you" in text_of(stands_in)
        asked = company.ask(17)
        dora = client_of(company, company.dora)
        assert "Dora for Ben" in text_of(dora.get(path("purchase_request", asked.pk)))
        dora.post(path("request_decide", asked.pk), {"verdict": "approve", "round": 1, "step": 0})
        assert "Dora for Ben" in text_of(dora.get(path("purchase_request", asked.pk)))
        assert company.read(asked).state == State.BOUGHT
        with organization_context(company.id):
            row = ApprovalDelegation.objects.get()
        ben.post(path("approval_delegation_end", row.pk))
        with organization_context(company.id):
            assert ApprovalDelegation.objects.get().revoked_at is not None


class TestReminders:
    def test_come_once_each_then_others_are_asked(self, company: Company) -> None:
        asked = company.ask(17)
        mail.outbox.clear()
        now = timezone.now()
        remind(now=now)
        assert mail.outbox == []
        for _twice in range(2):
            remind(now=now + timedelta(days=4))
        assert sorted(message.to[0] for message in mail.outbox) == [
            "ben@example.com",
            "eve@example.com",
        ]
        mail.outbox.clear()
        with organization_context(company.id):
            company.dora.role = "owner"
            company.dora.save()
        remind(now=now + timedelta(days=9))
        assert {message.to[0] for message in mail.outbox} == {
            "ben@example.com",
            "eve@example.com",
            "dora@example.com",
        }
        company.decide(asked, company.dora)
        remind(now=now + timedelta(days=31))
        assert company.read(asked).state == State.EXPIRED


class TestRules:
    FORM = {
        "is_enabled": "on",
        "bypass": "200",
        "window_days": "30",
        "tolerance": "0",
        "from_0": "0",
        "step_0_0": "role:approver",
        "seats": "5",
    }

    def test_are_tried_out_before_they_are_saved(self, company: Company) -> None:
        ada = client_of(company, company.ada)
        tried = text_of(
            ada.post(path("approval_rules_save"), self.FORM | {"step_0_1": "role:owner", "try": 1})
        )
        # 5 seats x 8.00 x 12 months = 480.00 a year.
        assert "A purchase of 5 seats for €480.00 a year would be approved by any approver" in tried
        assert "Nobody can decide this step today: any owner" in tried
        with organization_context(company.id):
            assert ApprovalPolicy.objects.count() == 1

    def test_are_saved_as_a_version_and_a_wrong_one_says_why(self, company: Company) -> None:
        ada = client_of(company, company.ada)
        wrong = self.FORM | {"from_1": "0", "step_1_0": "role:billing"}
        refused = ada.post(path("approval_rules_save"), wrong)
        assert refused.status_code == 422
        assert "Band 2 does not begin above the band before it" in text_of(refused)
        ada.post(path("approval_rules_save"), self.FORM | {"note": "A higher threshold"})
        page = text_of(client_of(company, company.dora).get(path("approval_rules")))
        assert "Above €200.00 a purchase needs an approval" in page
        assert "A higher threshold" in page


class TestOperations:
    def test_a_program_asks_and_withdraws_and_never_decides(self, company: Company) -> None:
        client = Client(
            headers={"Authorization": f"Bearer {make_api_key(company.world.organization)}"}
        )
        base = "/api/v1/organizations/acme/purchase-requests"
        quote = company.quote(17)
        body = {"quote": str(quote.pk), "requested_by": "ada@example.com", "reason": "Sales"}
        nobody = client.post(
            base, body | {"requested_by": "ben@example.com"}, content_type="application/json"
        )
        assert (nobody.status_code, nobody.json()["code"]) == (422, "requester_unknown")
        made = client.post(base, body, content_type="application/json")
        assert made.status_code == 201, made.json()
        assert made.json()["state"] == "waiting"
        one = f"{base}/{made.json()['id']}"
        decided = client.post(f"{one}/decision", content_type="application/json")
        assert (decided.status_code, decided.json()["code"]) == (409, "decided_by_a_person")
        refused = client.post(
            "/api/v1/organizations/acme/purchases",
            {"quote": str(quote.pk), "total_minor": quote.total_now_minor},
            content_type="application/json",
            headers={"Idempotency-Key": "k1"},
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "approval_needed")
        assert client.post(f"{one}/withdraw").json()["state"] == "withdrawn"
        assert [row["state"] for row in client.get(base).json()["results"]] == ["withdrawn"]
