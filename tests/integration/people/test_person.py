"""One person is added, changed, promoted, shut out and let in again; each time with history."""

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import OrganizationRole
from accounts.models import Department, HistoryEntry, Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.services.people import (
    CannotDeactivateYourself,
    NobodyLeftInCharge,
    PersonExists,
    RoleNotYoursToGive,
    add_person,
    change_person,
    change_role,
    deactivate_person,
    reactivate_person,
)
from accounts.tenancy import organization_context
from seats.models import SeatPool, WaitingListEntry
from seats.services.seats import assign_seat
from seats.services.waiting import request_seat
from tests.integration.people.conftest import GiveSeats, SignedIn, membership_of
from tests.support.people import make_membership, make_user

OWNER, ADMIN = OrganizationRole.OWNER, OrganizationRole.ADMIN


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


def set_role(
    membership: Membership, role: str, *, by: User, granter: OrganizationRole = OWNER
) -> None:
    change_role(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        role=role,
        granter=granter,
        actor=Actor.of(by),
        now=timezone.now(),
    )


def deactivate(
    membership: Membership, *, by: User, granter: OrganizationRole = OWNER
) -> Membership:
    return deactivate_person(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        granter=granter,
        actor=Actor.of(by),
        now=timezone.now(),
    )


class TestAdding:
    def test_makes_a_person_and_a_new_department(self, admin: Client, acme: Organization) -> None:
        form = {
            "name": "Dewi Lestari",
            "email": "Dewi@Example.com",
            "department": "  Field   Sales ",
            "role": "member",
            "external_id": "usr_7",
        }
        assert admin.post("/o/acme/people/add/", form).status_code == 302
        with organization_context(acme.pk):
            dewi = Membership.objects.get(email="dewi@example.com")
            assert (dewi.state, dewi.external_id) == ("active", "usr_7")
            assert dewi.department == Department.objects.get(name="Field Sales")
            assert HistoryEntry.objects.filter(verb="person_added", object_id=dewi.pk).exists()

    def test_says_beside_the_field_that_the_address_is_taken(
        self, admin: Client, ben: User
    ) -> None:
        form = {"name": "Ben", "email": "BEN@example.com", "role": "member"}
        answer = admin.post("/o/acme/people/add/", form)
        assert answer.status_code == 422
        assert answer.context["form"].errors["email"] == [
            "ben@example.com is in the list of people already."
        ]

    def test_finds_a_department_whatever_its_capitals(self, acme: Organization, ada: User) -> None:
        for name, email in (("Sales", "a@example.com"), ("sales", "b@example.com")):
            add_person(
                organization_id=acme.pk,
                email=email,
                department=name,
                granter=OWNER,
                actor=Actor.of(ada),
                now=timezone.now(),
            )
        with organization_context(acme.pk):
            assert Department.objects.count() == 1

    def test_twice_is_refused(self, acme: Organization, ada: User, ben: User) -> None:
        with pytest.raises(PersonExists):
            add_person(
                organization_id=acme.pk,
                email="ben@example.com",
                granter=OWNER,
                actor=Actor.of(ada),
                now=timezone.now(),
            )

    def test_knows_nothing_of_people_elsewhere(
        self, acme: Organization, ada: User, cleo: User
    ) -> None:
        added = add_person(
            organization_id=acme.pk,
            email="cleo@example.com",
            granter=OWNER,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        assert added.user_id is None


class TestChanging:
    def test_writes_what_was_and_what_is(self, acme: Organization, ada: User, ben: User) -> None:
        change_person(
            organization_id=acme.pk,
            membership_id=membership_of(acme, ben).pk,
            name="Ben Achterberg",
            title="Designer",
            department="Design",
            region="  Asia  Pacific ",
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        with organization_context(acme.pk):
            entry = HistoryEntry.objects.get(verb="person_changed")
        assert entry.changes == {
            "name": ["Ben", "Ben Achterberg"],
            "title": ["", "Designer"],
            "department": ["", "Design"],
            "region": ["", "Asia Pacific"],
        }
        assert entry.actor_label == "Ada"

    def test_of_the_region_from_the_form(
        self, admin: Client, acme: Organization, ben: User
    ) -> None:
        person = membership_of(acme, ben)
        page = f"/o/acme/people/{person.pk}/change/"
        for said, kept in (("Berlin", "Berlin"), ("BERLIN", "Berlin"), ("", None)):
            admin.post(page, {"name": "Ben", "role": "member", "region": said})
            now = membership_of(acme, ben)
            with organization_context(acme.pk):
                assert (now.region.name if now.region else None) == kept

    def test_of_nothing_writes_nothing(self, admin: Client, acme: Organization, ben: User) -> None:
        person = membership_of(acme, ben)
        admin.post(f"/o/acme/people/{person.pk}/change/", {"name": "Ben", "role": "member"})
        with organization_context(acme.pk):
            assert not HistoryEntry.objects.filter(object_id=str(person.pk)).exists()

    def test_of_the_role_from_the_form(self, admin: Client, acme: Organization, ben: User) -> None:
        person = membership_of(acme, ben)
        admin.post(f"/o/acme/people/{person.pk}/change/", {"name": "Ben", "role": "champion"})
        assert membership_of(acme, ben).role == "champion"


class TestRoles:
    def test_of_an_owner_are_not_for_an_admin_to_change(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        set_role(membership_of(acme, ben), "admin", by=ada)
        with pytest.raises(RoleNotYoursToGive):
            set_role(membership_of(acme, ada), "member", by=ben, granter=ADMIN)
        with pytest.raises(RoleNotYoursToGive):
            set_role(membership_of(acme, ben), "owner", by=ben, granter=ADMIN)

    def test_of_an_owner_are_not_in_an_admins_form(
        self, acme: Organization, ada: User, ben: User, signed_in: SignedIn
    ) -> None:
        set_role(membership_of(acme, ben), "admin", by=ada)
        client = signed_in(ben)
        owner = membership_of(acme, ada).pk
        assert 'name="role"' not in client.get(f"/o/acme/people/{owner}/change/").text
        client.post(f"/o/acme/people/{owner}/change/", {"name": "Ada", "role": "member"})
        assert membership_of(acme, ada).role == "owner"

    def test_leave_the_last_owner_an_owner(self, acme: Organization, ada: User, ben: User) -> None:
        with pytest.raises(NobodyLeftInCharge):
            set_role(membership_of(acme, ada), "admin", by=ada)
        set_role(membership_of(acme, ben), "owner", by=ada)
        set_role(membership_of(acme, ada), "admin", by=ada)
        assert membership_of(acme, ada).role == "admin"

    def test_leave_somebody_in_charge_where_nobody_is_owner(self, acme: Organization) -> None:
        alone = make_user("adi")
        make_membership(acme, user=alone, role="admin")
        # Somebody who cannot sign in cannot be in charge either.
        make_membership(acme, external_id="x", role="owner")
        with organization_context(acme.pk):
            Membership.objects.filter(external_id="x").update(role="admin")
        with pytest.raises(NobodyLeftInCharge):
            set_role(membership_of(acme, alone), "member", by=alone)


class TestDeactivating:
    def test_frees_the_seat_and_shuts_the_door(
        self,
        admin: Client,
        acme: Organization,
        ben: User,
        purchased: GiveSeats,
        signed_in: SignedIn,
    ) -> None:
        purchased(acme, 1)
        person = membership_of(acme, ben)
        assign_seat(
            organization_id=acme.pk, membership_id=person.pk, actor=SYSTEM, now=timezone.now()
        )
        assert "Deactivate Ben?" in admin.get(f"/o/acme/people/{person.pk}/deactivate/").text
        admin.post(f"/o/acme/people/{person.pk}/deactivate/")
        with organization_context(acme.pk):
            assert SeatPool.objects.get().assigned_seats == 0
            verbs = [e.verb for e in HistoryEntry.objects.filter(object_id=str(person.pk))]
        assert verbs == ["seat_released", "person_deactivated", "seat_assigned"]
        assert signed_in(ben).get("/o/acme/my-usage/").status_code == 404

    def test_gives_up_the_place_in_line(self, acme: Organization, ada: User, ben: User) -> None:
        person = membership_of(acme, ben)
        request_seat(
            organization_id=acme.pk, membership_id=person.pk, actor=SYSTEM, now=timezone.now()
        )
        deactivate(person, by=ada)
        with organization_context(acme.pk):
            assert WaitingListEntry.objects.get().withdrawn_at is not None

    def test_oneself_or_the_last_owner_is_refused(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        with pytest.raises(CannotDeactivateYourself):
            deactivate(membership_of(acme, ada), by=ada)
        with pytest.raises(NobodyLeftInCharge):
            deactivate(membership_of(acme, ada), by=ben)
        with pytest.raises(RoleNotYoursToGive):
            deactivate(membership_of(acme, ada), by=ben, granter=ADMIN)

    def test_can_be_undone_without_the_seat(
        self, acme: Organization, ada: User, ben: User, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        person = membership_of(acme, ben)
        assign_seat(
            organization_id=acme.pk, membership_id=person.pk, actor=SYSTEM, now=timezone.now()
        )
        deactivate(person, by=ada)
        back = reactivate_person(
            organization_id=acme.pk,
            membership_id=person.pk,
            granter=OWNER,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        assert (back.state, back.deactivated_at) == ("active", None)
        with organization_context(acme.pk):
            assert SeatPool.objects.get().assigned_seats == 0


@pytest.mark.django_db(transaction=True)
class TestTwoOwnersAtOnce:
    def test_do_not_remove_each_other(self, acme: Organization, ada: User, ben: User) -> None:
        """Each waits for the other's lock on real connections; the second finds itself the last."""
        from concurrent.futures import ThreadPoolExecutor

        set_role(membership_of(acme, ben), "owner", by=ada)
        pairs = [(membership_of(acme, ben), ada), (membership_of(acme, ada), ben)]

        def demote(pair: tuple[Membership, User]) -> bool:
            try:
                set_role(pair[0], "member", by=pair[1])
            except NobodyLeftInCharge:
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(demote, pairs))
        assert sorted(outcomes) == [False, True]
        with organization_context(acme.pk):
            assert Membership.objects.filter(role="owner").count() == 1


class TestThePage:
    def test_shows_facts_seats_and_history(
        self, admin: Client, acme: Organization, ben: User, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        person = membership_of(acme, ben)
        admin.post(f"/o/acme/people/{person.pk}/assign/")
        page = admin.get(f"/o/acme/people/{person.pk}/").text
        assert "ben@example.com" in page
        assert "Ada gave Ben a seat" in page
        assert "Release the seat" in page
