"""What the API takes and gives of organizations and people."""

from typing import Any

from babel.numbers import is_currency
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Membership, Organization, User
from accounts.time_zones import known_time_zones

_PRINTABLE = RegexValidator(r"^[\x21-\x7e]+\Z", _("Use printable characters without spaces."))
_COUNTRY = RegexValidator(r"^[A-Z]{2}\Z", _("Use two capital letters (ISO 3166), such as DE."))


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organization as the API gives it."""

    account_manager = serializers.EmailField(
        source="account_manager.email", allow_null=True, default=None, read_only=True
    )

    class Meta:
        model = Organization
        fields = (
            "external_id",
            "name",
            "slug",
            "segment",
            "industry",
            "country",
            "currency",
            "time_zone",
            "language",
            "account_manager",
            "usage_visibility",
            "created_at",
        )
        read_only_fields = fields


class NewOrganizationSerializer(serializers.Serializer[Any]):
    """What an organization is made from; `currency` stays as it is from then on."""

    external_id = serializers.CharField(
        max_length=200,
        required=False,
        validators=[_PRINTABLE],
        help_text="Your own key of the customer, which events name; made from the name otherwise.",
    )
    name = serializers.CharField(max_length=200)
    slug = serializers.SlugField(
        max_length=70, required=False, help_text="The address; made from the name otherwise."
    )
    currency = serializers.CharField(default="USD", help_text="ISO 4217, such as EUR.")
    time_zone = serializers.CharField(
        default="UTC", max_length=64, help_text="An IANA name, such as Europe/Berlin."
    )
    country = serializers.CharField(required=False, allow_blank=True, validators=[_COUNTRY])
    segment = serializers.ChoiceField(
        choices=Organization.Segment.choices, default=Organization.Segment.SELF_SERVICE
    )
    industry = serializers.CharField(default="", allow_blank=True, max_length=80)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="en")
    account_manager = serializers.EmailField(
        required=False, allow_null=True, help_text="The email of a person of the vendor."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give an organization without a key of the vendor's the one that its name makes."""
        if "external_id" not in attrs:
            made = attrs.get("slug") or slugify(attrs["name"])
            if not made:
                raise serializers.ValidationError(
                    {"external_id": _("Give a key: none can be made from this name.")}
                )
            attrs["external_id"] = made
        return attrs

    def validate_currency(self, value: str) -> str:
        """Refuse what is no currency."""
        if not is_currency(value):
            raise serializers.ValidationError(_("There is no such currency."))
        return value

    def validate_time_zone(self, value: str) -> str:
        """Refuse what is no time zone."""
        if value not in known_time_zones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return value

    def validate_account_manager(self, value: str | None) -> User | None:
        """Return the account manager behind the address."""
        if value is None:
            return None
        user = User.objects.filter(
            email__iexact=value, vendor_role=User.VendorRole.ACCOUNT_MANAGER, is_active=True
        ).first()
        if user is None:
            raise serializers.ValidationError(_("No account manager has this address."))
        return user


class ChangedOrganizationSerializer(serializers.Serializer[Any]):
    """What an organization may change of itself; what is left out stays as it is."""

    name = serializers.CharField(max_length=200, required=False)
    time_zone = serializers.CharField(
        max_length=64, required=False, help_text="An IANA name, such as Europe/Berlin."
    )
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)

    def validate_time_zone(self, value: str) -> str:
        """Refuse what is no time zone."""
        if value not in known_time_zones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return value


class NewMemberSerializer(serializers.Serializer[Any]):
    """What a person is made from; the vendor's product names them by `member`."""

    member = serializers.CharField(
        max_length=200,
        source="external_id",
        help_text="The member id that usage events name.",
    )
    name = serializers.CharField(max_length=150, default="", allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    title = serializers.CharField(max_length=150, default="", allow_blank=True)
    department = serializers.CharField(
        max_length=120, default="", allow_blank=True, help_text="A name; a new one is made."
    )
    region = serializers.CharField(
        max_length=120, default="", allow_blank=True, help_text="A name; a new one is made."
    )
    role = serializers.ChoiceField(
        choices=Membership.Role.choices,
        default=Membership.Role.MEMBER,
        help_text="`owner` needs a vendor-wide key.",
    )
    kind = serializers.ChoiceField(
        choices=Membership.Kind.choices, default=Membership.Kind.EMPLOYEE
    )
