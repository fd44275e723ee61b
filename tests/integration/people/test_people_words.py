"""Search of very many people: by the beginnings of words, which triggers keep beside people."""

import pytest
from django.db import ProgrammingError, connection
from django.test import Client

from accounts.models import Membership, MembershipWord, Organization, User
from accounts.selectors import people_words
from accounts.selectors.search import found_people
from accounts.tenancy import organization_context
from tests.integration.people.conftest import SignedIn
from tests.support.people import make_membership

pytestmark = pytest.mark.django_db(databases=["default", "pipeline", "owner"])


def words_of(organization: Organization, person: Membership) -> list[str]:
    with organization_context(organization.pk):
        words = MembershipWord.objects.filter(membership=person)
        return sorted(words.values_list("word", flat=True))


@pytest.fixture
def people(acme: Organization, other: Organization) -> dict[str, Membership]:
    made = [
        make_membership(acme, name="Ödön O'Neill-Smith", email="odon@people.example"),
        make_membership(acme, name="Joanna Öz", external_id="p-7", title="Lead"),
        make_membership(acme, name="Anna Berg", external_id="p-8"),
        make_membership(acme, name="X" * 60, external_id="p-9"),
        make_membership(other, name="Anna Elsewhere", external_id="p-7"),
    ]
    return {person.name: person for person in made}


class TestWords:
    def test_follow_people_who_come_change_and_go(
        self, acme: Organization, people: dict[str, Membership]
    ) -> None:
        person = people["Ödön O'Neill-Smith"]
        parts = ["example", "neill", "o", "odon", "people", "smith", "ödön"]
        assert words_of(acme, person) == parts
        assert words_of(acme, people["X" * 60]) == ["9", "p", "x" * 40]
        with organization_context(acme.pk):
            Membership.objects.filter(pk=person.pk).update(name="Odon New", title="Chef")
        assert words_of(acme, person) == ["chef", "example", "new", "odon", "people"]
        with organization_context(acme.pk):
            Membership.objects.filter(pk=person.pk).delete()
        assert words_of(acme, person) == []

    def test_are_read_in_their_organization_and_written_by_nobody(
        self, acme: Organization, people: dict[str, Membership]
    ) -> None:
        assert words_of(acme, people["Anna Elsewhere"]) == []
        with pytest.raises(ProgrammingError), organization_context(acme.pk):
            MembershipWord.objects.create(
                organization=acme, word="mine", membership=people["Anna Berg"]
            )


class TestSearchOfVeryMany:
    @pytest.mark.parametrize("few", [60_000, 0], ids=["along words", "along the list"])
    def test_finds_by_beginnings_of_words(
        self,
        few: int,
        acme: Organization,
        ada: User,
        people: dict[str, Membership],
        signed_in: SignedIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        client = signed_in(ada)
        assert names(client, "anna") == ["Anna Berg", "Joanna Öz"]
        monkeypatch.setattr(people_words, "LARGE", 2)
        monkeypatch.setattr(people_words, "_FEW", few)
        for search, found in {
            "ANNA": ["Anna Berg"],
            "ödö": ["Ödön O'Neill-Smith"],
            "(smi": ["Ödön O'Neill-Smith"],
            "odon@people.exa": ["Ödön O'Neill-Smith"],
            "öz joa": ["Joanna Öz"],
            "öz anna": [],
            "lead joa": ["Joanna Öz"],
            "ann ber p-8": ["Anna Berg"],
            "p": ["Anna Berg", "Joanna Öz", "X" * 60, "Ödön O'Neill-Smith"],
            "x" * 60: ["X" * 60],
            "x" * 61: [],
            ".*": [],
        }.items():
            assert names(client, search) == found, search
        reverse = client.get("/o/acme/people/?q=p&sort=-name").context["rows"]
        assert [row.membership.name for row in reverse] == names(client, "p")[::-1]
        with organization_context(acme.pk):
            found_now = found_people(organization_id=acme.pk, search="p", limit=2)
        assert [person.name for person in found_now] == ["Anna Berg", "Joanna Öz"]

    def test_reads_along_the_index_in_spite_of_row_security(
        self, acme: Organization, people: dict[str, Membership], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people_words, "LARGE", 2)
        with organization_context(acme.pk), connection.cursor() as cursor:
            search = people_words.people_search(acme.pk, "anna")
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = search.within(Membership.objects.filter(organization=acme)).explain()
        begins = "(word >= 'anna'::text)"
        assert any("Index Cond" in line and begins in line for line in plan.splitlines()), plan


def names(client: Client, search: str) -> list[str]:
    rows = client.get("/o/acme/people/", {"q": search}).context["rows"]
    return [row.membership.display_name for row in rows]
