"""Roles of an organization's own: made, changed, given, removed; nobody gives more than theirs."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import ORGANIZATION_MATRIX, OrganizationRole, Permission
from accounts.models import CustomRole, HistoryEntry, Membership, Organization, User
from accounts.services.history import Actor
from accounts.services.people import NobodyLeftInCharge, RoleNotYoursToGive, deactivate_person
from accounts.services.roles import (
    NotYourOwnRole,
    OwnersReachEverything,
    ReplacementNeeded,
    RoleChoice,
    RoleNameTaken,
    create_role,
    delete_role,
    give_role,
)
from accounts.tenancy import organization_context
from tests.integration.people.conftest import SignedIn, membership_of
from tests.support.people import make_membership, make_user

READS = frozenset({Permission.PEOPLE_READ, Permission.USAGE_READ})
HIRES = READS | {Permission.PEOPLE_MANAGE}


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


def make_role(acme: Organization, ada: User, name: str, permissions: frozenset[Permission]) -> int:
    return create_role(
        organization_id=acme.pk,
        name=name,
        permissions=permissions,
        granter=OrganizationRole.OWNER,
        actor=Actor.of(ada),
        now=timezone.now(),
    ).pk


def give(
    acme: Organization,
    by: User,
    person: Membership,
    choice: RoleChoice,
    departments: tuple[int, ...] = (),
) -> Membership:
    with organization_context(acme.pk):
        granter = Membership.objects.select_related("custom_role").get(user=by).granter
    return give_role(
        organization_id=acme.pk,
        membership_id=person.pk,
        choice=choice,
        departments=departments,
        granter=granter,
        actor=Actor.of(by),
        now=timezone.now(),
    )


class TestCustomRoles:
    def test_are_made_given_changed_and_replaced_on_the_pages(
        self, admin: Client, acme: Organization, ben: User, signed_in: SignedIn
    ) -> None:
        reader = signed_in(ben)
        assert reader.get("/o/acme/people/").status_code == 403
        form = {"name": "Analyst", "permissions": ["people.read"]}
        assert admin.post("/o/acme/settings/roles/new/", form).status_code == 302
        with organization_context(acme.pk):
            role = CustomRole.objects.get()
        person = membership_of(acme, ben)
        chosen = {"role": f"custom-{role.pk}"}
        give_url = f"/o/acme/settings/roles/people/{person.pk}/"
        assert admin.post(give_url, chosen).status_code == 302
        assert b"Analyst" in reader.get("/o/acme/people/").content
        assert reader.get("/o/acme/usage/").status_code == 403

        form["permissions"] = ["people.read", "usage.read"]
        assert admin.post(f"/o/acme/settings/roles/{role.pk}/", form).status_code == 302
        assert reader.get("/o/acme/usage/").status_code == 200
        assert b"Analyst" in admin.get("/o/acme/settings/roles/").content

        gone = f"/o/acme/settings/roles/{role.pk}/delete/"
        assert b"1 person holds this role" in admin.get(gone).content
        assert admin.post(gone, {}).status_code == 422
        assert admin.post(gone, {"replacement": "champion"}).status_code == 302
        assert membership_of(acme, ben).role == "champion"
        with organization_context(acme.pk):
            verbs = set(HistoryEntry.objects.values_list("verb", flat=True))
        assert {"role_created", "custom_role_changed", "role_deleted", "role_changed"} <= verbs
        assert b"made the role Analyst" in admin.get("/o/acme/settings/history/").content

    def test_hold_a_name_once_and_no_permission_that_owners_keep(
        self, admin: Client, acme: Organization, ada: User
    ) -> None:
        make_role(acme, ada, "Analyst", READS)
        with pytest.raises(RoleNameTaken):
            make_role(acme, ada, "analyst", READS)
        form = {"name": "Exporter", "permissions": ["person_data.manage"]}
        assert admin.post("/o/acme/settings/roles/new/", form).status_code == 422

    def test_are_not_handed_out_by_who_holds_less(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        hires = make_role(acme, ada, "Recruiter", HIRES)
        buys = make_role(acme, ada, "Buyer", frozenset({Permission.SEATS_BUY}))
        carl = make_membership(acme, external_id="carl", name="Carl")
        dina = make_membership(acme, external_id="dina", name="Dina")
        member = OrganizationRole.MEMBER
        give(acme, ada, membership_of(acme, ben), RoleChoice(member, hires))
        give(acme, ben, carl, RoleChoice(member, hires))
        with pytest.raises(RoleNotYoursToGive):
            give(acme, ben, carl, RoleChoice(member, buys))
        with pytest.raises(RoleNotYoursToGive):
            give(acme, ben, carl, RoleChoice(OrganizationRole.BILLING))
        give(acme, ada, dina, RoleChoice(member, buys))
        with pytest.raises(RoleNotYoursToGive):
            deactivate_person(
                organization_id=acme.pk,
                membership_id=dina.pk,
                granter=HIRES | ORGANIZATION_MATRIX[OrganizationRole.MEMBER],
                actor=Actor.of(ben),
                now=timezone.now(),
            )

    def test_leave_somebody_in_charge_and_one_s_own_role_to_others(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        role = make_role(acme, ada, "Analyst", READS)
        choice = RoleChoice(OrganizationRole.MEMBER, role)
        with pytest.raises(NotYourOwnRole):
            give(acme, ada, membership_of(acme, ada), choice)
        olaf = make_user("olaf")
        second = make_membership(acme, user=olaf, role="owner")
        give(acme, olaf, membership_of(acme, ada), choice)
        ada_again = membership_of(acme, ada)
        with pytest.raises(NobodyLeftInCharge):
            give_role(
                organization_id=acme.pk,
                membership_id=second.pk,
                choice=RoleChoice(OrganizationRole.ADMIN),
                departments=(),
                granter=OrganizationRole.OWNER,
                actor=Actor.of(ada),
                now=timezone.now(),
            )
        assert ada_again.role == "member"

    def test_go_away_with_a_replacement_only(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        role = make_role(acme, ada, "Analyst", READS)
        give(acme, ada, membership_of(acme, ben), RoleChoice(OrganizationRole.MEMBER, role))
        with pytest.raises(ReplacementNeeded):
            delete_role(
                organization_id=acme.pk,
                role_id=role,
                replacement=None,
                granter=OrganizationRole.OWNER,
                actor=Actor.of(ada),
                now=timezone.now(),
            )

    def test_of_another_organization_are_not_there(
        self, acme: Organization, ada: User, cleo: User, signed_in: SignedIn
    ) -> None:
        role = make_role(acme, ada, "Analyst", READS)
        assert signed_in(cleo).get(f"/o/other/settings/roles/{role}/").status_code == 404


class TestReach:
    def test_an_owner_reaches_everybody(
        self, acme: Organization, ada: User, ben: User, admin: Client
    ) -> None:
        admin.post("/o/acme/settings/departments/", {"name": "Sales"})
        with organization_context(acme.pk):
            sales = acme.department_set.get().pk
        with pytest.raises(OwnersReachEverything):
            give(acme, ada, membership_of(acme, ben), RoleChoice(OrganizationRole.OWNER), (sales,))
