"""One object of each kind that an address of the directory names."""

from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from provisioning.models import DirectoryGroup
from provisioning.services.connections import issue_token
from provisioning.services.people_import import send_file


def directory_objects(*, organization: Organization, ada: User) -> dict[str, Any]:
    """Return the parameters of the addresses, by name."""
    token, _secret = issue_token(
        organization_id=organization.pk, actor=Actor.of(ada), now=timezone.now()
    )
    with organization_context(organization.pk):
        group = DirectoryGroup.objects.create(
            organization=organization, display_name="Licensed", document={"displayName": "Licensed"}
        )
    sent = send_file(
        organization_id=organization.pk,
        filename="people.csv",
        content=b"email,name\nnew@example.com,New\n",
        actor=Actor.of(ada),
        now=timezone.now(),
    )
    return {"import_id": sent.pk, "token_id": token.pk, "group_id": group.pk, "endpoint": "Users"}
