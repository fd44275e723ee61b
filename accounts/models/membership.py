"""People inside an organization, and how they are grouped and invited."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain.positions import Position, is_new_position
from accounts.domain.roles import Granter, OrganizationRole, Permission, Powers
from accounts.former import in_words, pseudonym
from accounts.models.organization import Organization
from accounts.models.role import CustomRole


class Department(models.Model):
    """A department of an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("name"), name="one_department_per_organization_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A region of an organization, for geographic growth."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("name"), name="one_region_per_organization_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


def name_to_sort_by() -> Lower:
    """Return what lists of people are sorted by: the first of name, address and member id."""
    return Lower(Coalesce(NullIf("name", Value("")), NullIf("email", Value("")), "external_id"))


class Membership(models.Model):
    """A person in an organization, with or without a sign-in, with or without a seat.

    discovered -> (invited ->) active -> deactivated -> active

    A person first seen in usage events is `discovered`: known by `external_id` alone, no user, no
    seat. Constraints: one membership per organization and external id, per organization and user,
    per organization and e-mail address.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ADMIN = "admin", _("admin")
        BILLING = "billing", _("billing")
        APPROVER = "approver", _("approver")
        CHAMPION = "champion", _("champion")
        MEMBER = "member", _("member")

    class State(models.TextChoices):
        DISCOVERED = "discovered", _("seen in usage")
        INVITED = "invited", _("invited")
        ACTIVE = "active", _("active")
        DEACTIVATED = "deactivated", _("deactivated")

    class Kind(models.TextChoices):
        EMPLOYEE = "employee", _("employee")
        CONTRACTOR = "contractor", _("contractor")
        SERVICE = "service", _("service account")
        ROLE = "role", _("role account")
        KIOSK = "kiosk", _("shared device")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="memberships",
    )
    external_id = models.CharField(_("member id"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    title = models.CharField(_("title"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MEMBER)
    custom_role = models.ForeignKey(
        CustomRole, on_delete=models.PROTECT, null=True, blank=True, related_name="holders"
    )
    # Ids of departments that the role reaches; empty for the whole organization.
    reach = ArrayField(models.BigIntegerField(), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ACTIVE)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.EMPLOYEE)
    department = models.ForeignKey(Department, on_delete=models.SET_NULL, null=True, blank=True)
    region = models.ForeignKey(Region, on_delete=models.SET_NULL, null=True, blank=True)
    manager = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When title or department became another one; null for who holds what they came with.
    position_since = models.DateTimeField(null=True, blank=True, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            # The order of the People page: a page of a million people is read along it.
            models.Index("organization", name_to_sort_by(), "id", name="people_by_name"),
            models.Index(
                *("organization", "department", name_to_sort_by(), "id"),
                name="people_by_department",
            ),
            # Lists of the invited and the deactivated, beside very many who are neither.
            models.Index(
                fields=["organization", "state"],
                condition=~Q(state="active"),
                name="people_not_active",
            ),
            # The few whose activity does not count: a scan of all finds them without the others.
            models.Index(
                fields=["organization", "id"],
                condition=Q(kind="service") | Q(deactivated_at__isnull=False),
                name="people_not_counted",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~Q(external_id=""),
                name="one_membership_per_organization_and_external_id",
            ),
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=Q(user__isnull=False),
                name="one_membership_per_organization_and_user",
            ),
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=~Q(email=""),
                name="one_membership_per_organization_and_email_address",
            ),
            models.CheckConstraint(
                condition=~(Q(external_id="") & Q(email="")), name="a_membership_is_identified"
            ),
            models.CheckConstraint(
                condition=(Q(state="deactivated") & Q(deactivated_at__isnull=False))
                | (~Q(state="deactivated") & Q(deactivated_at__isnull=True)),
                name="a_deactivated_membership_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name to show: name, e-mail address, or a short form of the external id."""
        return in_words(self.name) or self.email or f"Member {self.external_id[:8]}"

    @property
    def is_former(self) -> bool:
        """Whether the person was deleted, and the entry stands for them."""
        return self.external_id == pseudonym(self.pk)

    # Set where the vendor's support acts for this person: what of their role it was let do.
    lent: frozenset[Permission] | None = None

    @property
    def position(self) -> Position:
        """The title and the department held now."""
        return Position(self.title, self.department_id)

    def note_position(self, before: Position, *, now: datetime, fills_gaps: bool = False) -> bool:
        """Remember since when the position is held, if it is another one; whoever changes title or
        department asks, and saves `position_since` with them."""
        is_new = is_new_position(before, self.position, fills_gaps=fills_gaps)
        if is_new:
            self.position_since = now
        return is_new

    @property
    def role_name(self) -> str:
        """The name of the role to show: the organization's own, or the built-in one."""
        if self.custom_role is not None:
            return self.custom_role.name
        return str(self.get_role_display())

    @property
    def powers(self) -> Powers:
        """What the membership may do; reads the custom role inside a tenancy context, if any."""
        custom: frozenset[Permission] | None = None
        if self.custom_role_id is not None:
            custom = self._custom_permissions()
        reach = None if self.reach is None else frozenset(self.reach)
        powers = Powers(OrganizationRole(self.role), custom, reach)
        if self.lent is None:
            return powers
        return Powers(powers.role, powers.permissions & self.lent, reach)

    def _custom_permissions(self) -> frozenset[Permission]:
        """What the custom role includes; one that cannot be read here gives nothing."""
        try:
            return frozenset() if self.custom_role is None else self.custom_role.held
        except CustomRole.DoesNotExist:
            return frozenset()

    def may(self, permission: Permission) -> bool:
        """Tell whether the membership may do something."""
        return self.powers.may(permission)

    @property
    def granter(self) -> Granter:
        """What the membership hands out from."""
        return self.powers.granter


class Invitation(models.Model):
    """An invitation by mail to join an organization in a role; the link works once."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=Membership.Role)
    with_seat = models.BooleanField(_("assign a seat"), default=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_membership",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_label(self) -> str:
        """The role that they hold once they are in, in words: perhaps the organization's own."""
        custom = self.membership.custom_role
        return self.get_role_display() if custom is None else custom.name

    def is_open(self, now: datetime) -> bool:
        """Tell whether the invitation can still be accepted at `now`."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
