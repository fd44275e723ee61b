"""What the apps above ask before a page of an organization, or of the vendor, is shown."""

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from accounts import access
from accounts.access import OrganizationRequest, VendorRequest, add_gate, add_vendor_gate
from accounts.domain.roles import Permission
from tests.support.people import make_membership, make_organization, make_user


@pytest.mark.django_db
class TestGates:
    def test_a_gate_answers_instead_of_the_page_after_the_permission(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access, "_gates", [])
        asked: list[tuple[str, Permission]] = []

        def gate(request: OrganizationRequest) -> HttpResponseBase | None:
            asked.append((request.membership.role, request.asked))
            return HttpResponse("later") if request.GET.get("stop") else None

        add_gate(gate)
        add_gate(gate)
        ada, client = make_user("ada"), Client()
        make_membership(make_organization(), user=ada, role="billing")
        client.force_login(ada)
        assert client.get("/o/acme/settings/?stop=1").content == b"later"
        assert b"<html" in client.get("/o/acme/settings/").content
        assert asked == [("billing", Permission.SETTINGS_READ)] * 2
        assert client.get("/o/acme/settings/departments/").status_code == 403
        assert len(asked) == 2

    def test_a_gate_of_the_vendor_answers_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(access, "_vendor_gates", [])

        def gate(request: VendorRequest) -> HttpResponseBase | None:
            return HttpResponse(request.asked)

        add_vendor_gate(gate)
        client = Client()
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        assert client.get("/vendor/policies/").content == b"policies.read"
