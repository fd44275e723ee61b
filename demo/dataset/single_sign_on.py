"""One organization of the demo signs in through an identity provider: the demo's own.

Its domain counts as proven without a name server, because the demo works without a network.
"""

from datetime import datetime
from typing import Final

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from demo.dataset.cast import Customer
from demo.identity_pages import set_up
from demo.identity_provider import CLIENT_ID, CLIENT_SECRET, Person
from sso.models import SsoConnection, VerifiedDomain
from sso.services.connections import Rules, add_connection, given_oidc, note_test, turn_on
from sso.services.domains import add_domain

WITH_SSO: Final = "wagtail"
_COLLEAGUES: Final = 3


def sign_in_through_a_provider(
    organization: Organization, customer: Customer, *, admin: User, now: datetime
) -> None:
    """Prove the domain, connect the provider, test it and turn it on; a repeat changes nothing."""
    actor, pk = Actor.of(admin), organization.pk
    with organization_context(pk):
        if SsoConnection.objects.exists():
            return
        members = list(
            Membership.objects.filter(
                state=Membership.State.ACTIVE, user=None, email__endswith=f"@{customer.domain}"
            ).select_related("department")[:_COLLEAGUES]
        )
    issuer = set_up(
        [
            Person("demo-admin", admin.email, str(admin)),
            *(
                Person(
                    f"demo-{number}",
                    member.email,
                    member.name,
                    member.department.name if member.department else "",
                    member.title,
                )
                for number, member in enumerate(members)
            ),
            Person(
                "demo-new", f"nadia.new@{customer.domain}", "Nadia New", "Marketing", "Specialist"
            ),
            Person("demo-guest", "guest@elsewhere.example", "Somebody of another domain"),
        ]
    )
    domain = add_domain(organization_id=pk, name=customer.domain, actor=actor, now=now)
    with organization_context(pk):
        VerifiedDomain.objects.filter(pk=domain.pk).update(proven_at=now, checked_at=now)
    connection = add_connection(
        organization_id=pk,
        name="Demo identity provider",
        protocol=SsoConnection.Protocol.OIDC,
        given=given_oidc(issuer=issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET),
        rules=Rules(assigns_seat=True),
        granter=OrganizationRole.OWNER,
        actor=actor,
        now=now,
    )
    said = {"email": admin.email, "name": str(admin)}
    note_test(
        organization_id=pk,
        connection_id=connection.pk,
        claims={"subject": "demo-admin", "read": said, "claims": said},
        actor=actor,
        now=now,
    )
    turn_on(organization_id=pk, connection_id=connection.pk, actor=actor, now=now)
