"""Makes the people of the demo: the vendor's staff, the organizations, who works there."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.domain.roles import StaffScope
from accounts.models import Department, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.services.organizations import OrganizationExists, create_organization
from accounts.tenancy import organization_context, staff_context
from demo.dataset.activity import Activity
from demo.dataset.cast import PASSWORD, STAFF, Customer, Staff
from demo.dataset.names import Person, choose, people_of

GONE_AFTER = timedelta(days=150)
# Roles that can be signed in to in every organization, and what the person is called.
LOCAL_PARTS = {
    "owner": "owner",
    "admin": "ada",
    "billing": "billing",
    "champion": "champion",
    "member": "ben",
    "approver": "approver",
}
_TITLES = {
    "owner": "Managing director",
    "admin": "Office manager",
    "billing": "Head of accounting",
    "approver": "Head of purchasing",
}


def ensure_user(*, email: str, name: str, language: str = "", vendor_role: str = "") -> User:
    """Return the user of an address; make it with the demo's password when missing."""
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    user = User.objects.create_user(
        email, PASSWORD, name=name, language=language, vendor_role=vendor_role
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def ensure_staff() -> dict[str, User]:
    """Return the vendor's staff by address."""
    return {
        staff.email: ensure_user(email=staff.email, name=staff.name, vendor_role=staff.role.value)
        for staff in STAFF
    }


def ensure_organization(customer: Customer, *, manager: User, founded_at: datetime) -> Organization:
    """Return the organization of a customer; make it when missing."""
    try:
        return create_organization(
            external_id=customer.external_id,
            name=customer.name,
            actor=SYSTEM,
            now=founded_at,
            segment=customer.segment,
            industry=customer.industry,
            country=customer.country,
            currency=customer.currency,
            time_zone=customer.time_zone,
            language=customer.language,
            account_manager=manager,
        )
    except OrganizationExists:
        with staff_context(user_id=0, scope=StaffScope.ALL):
            return Organization.objects.get(external_id=customer.external_id)


def add_people(organization: Organization, customer: Customer, activity: Activity) -> None:
    """Add everybody whom the activity names, with names, titles and departments."""
    spans = activity.spans()
    persons = people_of(members=sorted(spans), culture=customer.culture, domain=customer.domain)
    with organization_context(organization.pk):
        departments = [
            Department.objects.get_or_create(organization=organization, name=name)[0]
            for name in customer.departments
        ]
        known = set(Membership.objects.values_list("external_id", flat=True))
        Membership.objects.bulk_create(
            _membership(organization, customer, departments, member, persons[member], span)
            for member, span in spans.items()
            if member not in known
        )


def _membership(
    organization: Organization,
    customer: Customer,
    departments: list[Department],
    member: str,
    person: Person,
    span: tuple[datetime, datetime],
) -> Membership:
    first, _last = span
    return Membership(
        organization=organization,
        external_id=member,
        name=person.name,
        email=person.email,
        title=choose(list(customer.titles), member, "title"),
        department=choose(departments, member, "department"),
        state=Membership.State.ACTIVE,
        created_at=first - timedelta(hours=2),
    )


def let_people_go(
    organization: Organization, activity: Activity, *, seated: frozenset[str], now: datetime
) -> None:
    """Deactivate whoever has been silent for five months and has no seat."""
    with organization_context(organization.pk):
        for member, (_first, last) in activity.spans().items():
            if last < now - GONE_AFTER and member not in seated:
                Membership.objects.filter(external_id=member, user=None).update(
                    state=Membership.State.DEACTIVATED, deactivated_at=last + timedelta(days=30)
                )


def ensure_sign_ins(
    organization: Organization,
    customer: Customer,
    *,
    roles: tuple[str, ...],
    champion: str,
    member: str,
) -> list[dict[str, str]]:
    """Give each role somebody who can sign in; return how, as `seed.json` has it.

    Champion and member are people who use the product; the others have no usage of their own.
    """
    persons = people_of(
        members=[f"{customer.external_id}-{role}" for role in LOCAL_PARTS],
        culture=customer.culture,
        domain=customer.domain,
    )
    sign_ins = []
    for role in roles:
        email = f"{LOCAL_PARTS[role]}@{customer.domain}"
        person = persons[f"{customer.external_id}-{role}"]
        with organization_context(organization.pk):
            chosen = {"champion": champion, "member": member}.get(role)
            found = Membership.objects.filter(email=email).first()
            if found is None and chosen is not None:
                found = Membership.objects.filter(external_id=chosen).first()
            name = found.name if found else person.name
        user = ensure_user(email=email, name=name, language=customer.language)
        with organization_context(organization.pk):
            if found is None:
                Membership.objects.create(
                    organization=organization,
                    user=user,
                    email=email,
                    external_id=email,
                    name=name,
                    role=role,
                    title=_TITLES.get(role, ""),
                    created_at=organization.created_at,
                )
            elif found.user_id is None:
                found.user, found.email, found.role = user, email, role
                found.state, found.deactivated_at = Membership.State.ACTIVE, None
                found.save()
        sign_ins.append(
            {
                "role": role,
                "email": email,
                "password": PASSWORD,
                "organization": customer.external_id,
            }
        )
    return sign_ins


def staff_sign_in(staff: Staff) -> dict[str, str | None]:
    """Return how somebody of the vendor signs in, as `seed.json` has it."""
    return {
        "role": staff.role.value,
        "email": staff.email,
        "password": PASSWORD,
        "organization": None,
    }


def add_waiting_people(
    organization: Organization, customer: Customer, *, department: str, count: int, now: datetime
) -> list[Membership]:
    """Return people of one department who have no seat and have never used the product."""
    members = [f"{customer.external_id}-waiting-{n}" for n in range(count)]
    persons = people_of(members=members, culture=customer.culture, domain=f"team.{customer.domain}")
    with organization_context(organization.pk):
        home, _made = Department.objects.get_or_create(organization=organization, name=department)
        return [
            Membership.objects.get_or_create(
                organization=organization,
                external_id=member,
                defaults={
                    "name": persons[member].name,
                    "email": persons[member].email,
                    "department": home,
                    "title": choose(list(customer.titles), member, "title"),
                    "created_at": now - timedelta(days=9),
                },
            )[0]
            for member in members
        ]
