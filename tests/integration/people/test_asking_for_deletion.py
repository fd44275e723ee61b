"""A person asks, an owner decides, and within seven days it is undone; each is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.models import HistoryEntry, Membership, Organization, PersonDeletion, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.models import SharingCase
from signals.services.person_deletion import WAITS_FOR, delete_due_people, plan_deletion
from tests.integration.people.conftest import SignedIn
from tests.support.acme import shared_case
from tests.support.people import make_api_key, make_membership, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def client_of(key: str) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {key}"})


def member(organization: Organization, user: User) -> Membership:
    with organization_context(organization.pk):
        return Membership.objects.get(user=user)


def verbs(organization: Organization) -> list[tuple[str, str]]:
    with organization_context(organization.pk):
        entries = HistoryEntry.objects.filter(verb__startswith="person_del").order_by("pk")
        return list(entries.values_list("verb", "actor_label"))


class TestAWish:
    def test_goes_to_the_owner_who_declines_or_decides_and_undoes(
        self, acme: Organization, ada: User, ben: User, signed_in: SignedIn
    ) -> None:
        person = member(acme, ben)
        page = f"/o/acme/people/{person.pk}/deletion/"
        own, owner = signed_in(ben), signed_in(ada)
        own.post("/preferences/data/delete/", {"organization": "acme"})
        own.post("/preferences/data/delete/", {"organization": "acme"})
        assert [message.to for message in mail.outbox] == [[ada.email]]
        assert "The owners have your wish" in own.get("/preferences/data/").content.decode()
        assert own.get(page).status_code == 403
        assert "Ben asks to be deleted" in owner.get(page).content.decode()
        owner.post(f"{page}decline/", {"note": "A lawsuit is open"})
        assert "A lawsuit is open" in own.get("/preferences/data/").content.decode()
        assert owner.post(page, {"typed": "somebody"}).status_code == 422
        assert owner.post(page, {"typed": "ben"}).status_code == 302
        assert "Undo the deletion" in owner.get(page).content.decode()
        owner.post(f"{page}undo/")
        assert [message.to for message in mail.outbox[1:]] == [[ben.email]] * 3
        assert "You will be deleted from Acme" in mail.outbox[2].subject
        assert delete_due_people(now=timezone.now() + 2 * WAITS_FOR) == 0
        assert verbs(acme) == [
            ("person_deletion_asked", "Ben"),
            ("person_deletion_declined", "Ada"),
            ("person_deletion_planned", "Ada"),
            ("person_deletion_undone", "Ada"),
        ]


class TestADeletion:
    def test_leaves_the_sign_in_to_another_organization_and_goes_on_where_it_was_interrupted(
        self,
        acme: Organization,
        other: Organization,
        ada: User,
        ben: User,
        signed_in: SignedIn,
    ) -> None:
        make_membership(other, user=ben, external_id="b2")
        person, now = member(acme, ben), timezone.now()
        case = shared_case(acme, make_membership(acme, external_id="desk"))
        with organization_context(acme.pk):
            SharingCase.objects.update(people=[person.pk, 1])
        plan_deletion(
            organization_id=acme.pk, membership_id=person.pk, actor=Actor.of(ada), now=now
        )
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("signals.services.person_erasure._replace_words", None)
            assert delete_due_people(now=now + WAITS_FOR) == 0
        with organization_context(acme.pk):
            standing = PersonDeletion.objects.get()
            assert standing.state == PersonDeletion.State.ERASING
            assert standing.problem
        assert delete_due_people(now=now + WAITS_FOR + timedelta(hours=1)) == 1
        ben.refresh_from_db()
        assert (ben.name, ben.is_active) == ("Ben", True)
        assert member(other, ben).name == "Ben"
        former = f"former-{person.pk}"
        with organization_context(acme.pk):
            gone = Membership.objects.get(pk=person.pk)
            assert (gone.name, gone.user_id, gone.email) == (former, None, "")
            assert SharingCase.objects.get(pk=case.pk).people == [1]
            labels = HistoryEntry.objects.filter(object_id=str(person.pk))
            assert set(labels.values_list("object_label", flat=True)) == {former}
        # The number is stored; each reader has the words, and nobody brings them back.
        page, owner = f"/o/acme/people/{person.pk}/", signed_in(ada)
        shown = owner.get(page).content.decode()
        assert f"Former person {person.pk}" in shown
        assert "Reactivate" not in shown
        refused = owner.post(f"{page}reactivate/", follow=True).content.decode()
        assert "This person was deleted" in refused
        with organization_context(acme.pk), translation.override("de"):
            gone.refresh_from_db()
            assert (gone.state, str(person.pk) in gone.display_name) == ("deactivated", True)

    def test_of_the_last_owner_is_refused_and_of_oneself(
        self, acme: Organization, ada: User, signed_in: SignedIn
    ) -> None:
        person = member(acme, ada)
        olga = make_user("olga")
        page = f"/o/acme/people/{person.pk}/deletion/"
        answer = signed_in(ada).post(page, {"typed": "Ada"}, follow=True)
        assert "You cannot delete yourself" in answer.content.decode()
        make_membership(acme, user=olga, role="owner")
        assert signed_in(olga).post(page, {"typed": "Ada"}).status_code == 302
        plan_deletion(
            organization_id=acme.pk,
            membership_id=member(acme, olga).pk,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        # Each was planned while the other stayed; the second to be done finds nobody left.
        assert delete_due_people(now=timezone.now() + WAITS_FOR) == 1
        with organization_context(acme.pk):
            states = set(PersonDeletion.objects.values_list("state", flat=True))
        assert states == {PersonDeletion.State.DONE, PersonDeletion.State.WAITING}


class TestOverTheApi:
    def test_a_key_asks_and_the_vendors_key_decides_while_owners_can_undo(
        self, acme: Organization, ada: User, ben: User, signed_in: SignedIn
    ) -> None:
        own, vendor = client_of(make_api_key(acme)), client_of(make_api_key())
        deletions = "/api/v1/organizations/acme/deletions"
        assert own.post(deletions, {"member": "nobody"}).status_code == 404
        asked = own.post(deletions, {"member": ben.email, "is_own_wish": False}).json()
        assert (asked["state"], asked["is_own_wish"]) == ("asked", False)
        assert mail.outbox[0].subject == "Ben is to be deleted from Acme"
        one = f"{deletions}/{asked['id']}"
        theirs = own.post(f"{one}/decision", {"decision": "delete"})
        assert (theirs.status_code, theirs.json()["code"]) == (409, "decided_by_a_person")
        assert f"/people/{member(acme, ben).pk}/deletion/" in theirs.json()["page"]
        blank = vendor.post(f"{one}/decision", {"decision": "decline"})
        assert blank.json()["errors"][0]["field"] == "note"
        planned = vendor.post(f"{one}/decision", {"decision": "delete"}).json()
        assert (planned["state"], planned["decided_by"]) == ("waiting", "API key vendor")
        assert {message.to[0] for message in mail.outbox[1:]} == {ben.email, ada.email}
        assert own.post(f"{one}/undo").status_code == 409
        signed_in(ada).post(f"/o/acme/people/{member(acme, ben).pk}/deletion/undo/")
        (row,) = own.get(f"{deletions}?state=undone").json()["results"]
        assert (row["id"], row["decided_by"]) == (asked["id"], "Ada")
        over = vendor.post(f"{one}/decision", {"decision": "delete"})
        assert over.json()["code"] == vendor.post(f"{one}/undo").json()["code"]
        assert over.json()["code"] == "deletion_is_over"
