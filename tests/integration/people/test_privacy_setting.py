"""Whose usage is shown is the organization's choice, said before, switched once and recorded."""

import pytest

from accounts.models import HistoryEntry, Organization, User
from accounts.tenancy import organization_context
from tests.integration.people.conftest import SignedIn
from tests.support.people import make_membership, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])
PAGE = "/o/acme/settings/privacy/"


class TestTheSwitch:
    def test_says_what_changes_and_is_recorded_once(
        self, acme: Organization, ada: User, signed_in: SignedIn
    ) -> None:
        admin = signed_in(ada)
        assert "What totals only would change" in admin.get(PAGE).text
        for _twice in range(2):
            admin.post(f"{PAGE}change/", {"visibility": "totals"})
        page = admin.get(PAGE).text
        assert "Only totals of usage are shown" in page
        assert "What showing people again would change" in page
        with organization_context(acme.pk):
            verbs = HistoryEntry.objects.values_list("verb", flat=True)
            assert list(verbs).count("usage_totals_only") == 1
        assert (
            "Ada chose to show only totals of usage" in admin.get("/o/acme/settings/history/").text
        )

    def test_back_asks_for_a_reason_that_stands_in_the_history(
        self, acme: Organization, ada: User, signed_in: SignedIn
    ) -> None:
        admin = signed_in(ada)
        admin.post(f"{PAGE}change/", {"visibility": "totals"})
        refused = admin.post(f"{PAGE}change/", {"visibility": "people", "reason": "  "})
        assert refused.status_code == 422
        assert "everybody can read it" in refused.text
        admin.post(f"{PAGE}change/", {"visibility": "people", "reason": "The works council agreed"})
        with organization_context(acme.pk):
            acme.refresh_from_db()
        assert acme.usage_visibility == "people"
        assert "The works council agreed" in admin.get("/o/acme/settings/history/").text

    def test_is_read_by_billing_and_changed_by_admins(
        self, acme: Organization, signed_in: SignedIn
    ) -> None:
        bella = make_user("bella")
        make_membership(acme, user=bella, role="billing")
        reader = signed_in(bella)
        assert "Owners and admins can change this." in reader.get(PAGE).text
        assert reader.post(f"{PAGE}change/", {"visibility": "totals"}).status_code == 403
