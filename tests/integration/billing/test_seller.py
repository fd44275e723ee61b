"""Who sells, as the vendor's people see and change it."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import HistoryEntry, User
from billing.models import Seller
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

DETAILS = {
    "name": "Headroom GmbH",
    "address_line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "de 123 456 789",
    "email": "billing@headroom.example",
    "iban": "de89370400440532013000",
    "bic": "COBADEFFXXX",
    "footer": "#strong[Thank you]",
}


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def olga() -> Client:
    return signed_in(make_user("olga", vendor_role="vendor_admin"))


class TestChanging:
    def test_writes_once_and_says_who_did_it(self, olga: Client) -> None:
        for _again in range(2):
            answer = olga.post(reverse("seller_save"), DETAILS, follow=True)
            assert "Saved" in answer.content.decode()
        seller = Seller.objects.get()
        assert seller.vat_id == "DE123456789"
        assert seller.iban == "DE89 3704 0044 0532 0130 00"
        assert seller.changed_by is not None
        page = olga.get(reverse("vendor_history")).content.decode()
        assert page.count("Olga changed who sells: Headroom GmbH") == 1
        assert not HistoryEntry.objects.filter(organization__isnull=False).exists()

    def test_refuses_a_wrong_account_number_beside_its_field(self, olga: Client) -> None:
        answer = olga.post(reverse("seller_save"), DETAILS | {"iban": "DE89370400440532013001"})
        assert answer.status_code == 422
        assert "A digit of this account number is wrong" in answer.content.decode()
        assert not Seller.objects.exists()

    def test_refuses_a_vat_id_of_another_form_and_shows_the_right_one(self, olga: Client) -> None:
        answer = olga.post(reverse("seller_save"), DETAILS | {"vat_id": "DE12345678"})
        assert "looks like DE123456789" in answer.content.decode()

    def test_is_not_for_finance(self) -> None:
        fin = signed_in(make_user("fin", vendor_role="finance"))
        page = fin.get(reverse("seller")).content.decode()
        assert "Vendor admins change these details" in page
        assert fin.post(reverse("seller_save"), DETAILS).status_code == 403


class TestThePreview:
    def test_shows_what_is_typed_without_saving_it(self, olga: Client) -> None:
        answer = olga.post(reverse("seller_save"), DETAILS | {"preview": "1"})
        text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert "Headroom GmbH" in text
        assert "DE89 3704 0044 0532 0130 00" in text
        assert "#strong[Thank you]" in text
        # 10 x 45.00 + 2 x 39.00
        assert "€528.00" in text
        assert not Seller.objects.exists()

    def test_is_a_picture_of_what_is_saved(self, olga: Client) -> None:
        answer = olga.get(reverse("seller_preview"))
        assert answer["Content-Type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
