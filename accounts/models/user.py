"""The user: somebody who can sign in, at a customer or at the vendor."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.former import in_words


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user; without a password nobody can sign in with one."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a vendor admin who may open Django's admin."""
        return self.create_user(
            email,
            password,
            is_staff=True,
            is_superuser=True,
            vendor_role=User.VendorRole.VENDOR_ADMIN,
            **fields,
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address.

    A user belongs to organizations through memberships. `vendor_role` is empty for customers.
    The table is not a tenant's: one person may belong to several organizations.
    """

    class VendorRole(models.TextChoices):
        NONE = "", _("none")
        ACCOUNT_MANAGER = "account_manager", _("account manager")
        FINANCE = "finance", _("finance")
        VENDOR_ADMIN = "vendor_admin", _("vendor admin")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    vendor_role = models.CharField(
        _("vendor role"), max_length=20, choices=VendorRole, default=VendorRole.NONE, blank=True
    )
    language = models.CharField(_("language"), max_length=8, blank=True, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email_address"),
        ]

    def __str__(self) -> str:
        return in_words(self.name) or self.email

    def get_full_name(self) -> str:
        """Return the name shown to others."""
        return in_words(self.name) or self.email

    def get_short_name(self) -> str:
        """Return the name used in a greeting."""
        return self.name.split(" ")[0] if self.name else self.email
