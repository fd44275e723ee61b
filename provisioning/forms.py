"""Forms of provisioning. They check shape; services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import OrganizationRole
from accounts.forms import role_choices
from accounts.models import Department
from provisioning.models import DirectoryConnection, DirectoryGroup


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the directory decides."""

    class Meta:
        model = DirectoryConnection
        fields = ["seats", "member_id_from", "region_from"]
        help_texts = {
            "seats": _("Beyond the seat limit people come without a seat and wait for one."),
            "member_id_from": _("What your product sends as the member in usage events."),
        }


class GroupForm(forms.Form):
    """What being in a group means here."""

    gives_seat = forms.BooleanField(
        label=_("Its members get a seat"),
        required=False,
        help_text=_("Counts while seats go to members of marked groups."),
    )
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("As the directory says"),
        help_text=_("For members whom the directory gives no department of their own."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        help_text=_("Taken back when somebody leaves the group."),
    )

    def __init__(
        self, data: Any = None, *, group: DirectoryGroup, granter: OrganizationRole
    ) -> None:
        initial = {
            "gives_seat": group.gives_seat,
            "department": group.department_id,
            "role": group.role,
        }
        super().__init__(data, initial=initial)
        department = self.fields["department"]
        role = self.fields["role"]
        assert isinstance(department, forms.ModelChoiceField)  # noqa: S101 - for the type alone
        assert isinstance(role, forms.ChoiceField)  # noqa: S101
        department.queryset = Department.objects.filter(organization_id=group.organization_id)
        choices = [each for each in role_choices(granter) if each[0] != OrganizationRole.OWNER]
        role.choices = [("", _("No change")), *choices]
