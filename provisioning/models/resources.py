"""People and groups as the directory sent them, beside what they became here."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Membership, Organization


def new_resource_id() -> str:
    """Return a new id of a resource: the 32 characters of a random UUID."""
    return uuid.uuid4().hex


class DirectoryUser(models.Model):
    """A person of the directory, and the membership that follows them.

    `document` is what the directory sent, given back as it came. `search` is the same in the form
    that filters compare by (`provisioning.protocol.folding`). Whether the person is active is the
    membership's state, which an admin may change here too: it is not in the document. `version`
    counts the changes, `manager_key` is how the directory names the manager. `granted_role` is the
    role that groups gave, so that leaving them takes back that one and no other.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="directory_user"
    )
    scim_id = models.CharField(max_length=32, default=new_resource_id)
    user_name = models.CharField(max_length=300)
    user_name_key = models.CharField(max_length=300)
    external_id = models.CharField(max_length=300, blank=True)
    manager_key = models.CharField(max_length=300, blank=True)
    granted_role = models.CharField(max_length=20, blank=True)
    document = models.JSONField(default=dict)
    search = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scim_id"], name="one_directory_user_per_id"
            ),
            models.UniqueConstraint(
                fields=["organization", "user_name_key"],
                name="one_directory_user_per_organization_and_user_name",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "id"], name="directory_users_in_order"),
            models.Index(fields=["organization", "external_id"], name="directory_users_by_ext_id"),
            models.Index(
                fields=["organization", "manager_key"],
                condition=~Q(manager_key=""),
                name="directory_users_by_manager",
            ),
            GinIndex(
                fields=["search"], name="directory_users_search", opclasses=["jsonb_path_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.user_name


class DirectoryGroup(models.Model):
    """A group of the directory, and what being in it means here.

    Its members may get a seat, a department or a role; an admin chooses that on the page.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    scim_id = models.CharField(max_length=32, default=new_resource_id)
    display_name = models.CharField(_("name"), max_length=300)
    document = models.JSONField(default=dict)
    search = models.JSONField(default=dict)
    gives_seat = models.BooleanField(_("gives a seat"), default=False)
    department = models.ForeignKey(Department, on_delete=models.SET_NULL, null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scim_id"], name="one_directory_group_per_id"
            )
        ]
        indexes = [models.Index(fields=["organization", "id"], name="directory_groups_in_order")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def role_label(self) -> str:
        """The role that the group gives, in words; empty without one."""
        return str(Membership.Role(self.role).label) if self.role else ""


class DirectoryGroupMember(models.Model):
    """Somebody in a group, or a group in a group.

    `value` is the id that the directory named, kept also when nobody has it (any more);
    `document` is the member as it was sent.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    group = models.ForeignKey(DirectoryGroup, on_delete=models.CASCADE, related_name="members")
    value = models.CharField(max_length=200)
    user = models.ForeignKey(
        DirectoryUser, on_delete=models.CASCADE, null=True, related_name="in_groups"
    )
    child = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, null=True, related_name="in_groups"
    )
    document = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "group", "value"],
                name="one_directory_group_member_per_value",
            )
        ]

    def __str__(self) -> str:
        return self.value
