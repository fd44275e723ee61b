"""The history of people and organizations in words."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords
from accounts.selectors.settings import ABILITIES

WORDS: Final = HistoryWords(
    sentences={
        "organization_created": gettext_lazy("%(actor)s created the organization"),
        "organization_changed": gettext_lazy("%(actor)s changed the settings of the organization"),
        "person_added": gettext_lazy("%(actor)s added %(subject)s"),
        "person_changed": gettext_lazy("%(actor)s changed the details of %(subject)s"),
        "person_invited": gettext_lazy("%(actor)s invited %(subject)s"),
        "invitation_resent": gettext_lazy("%(actor)s sent %(subject)s the invitation again"),
        "invitation_revoked": gettext_lazy("%(actor)s took back the invitation of %(subject)s"),
        "invitation_accepted": gettext_lazy("%(subject)s accepted the invitation"),
        "person_deactivated": gettext_lazy("%(actor)s deactivated %(subject)s"),
        "person_reactivated": gettext_lazy("%(actor)s reactivated %(subject)s"),
        "role_changed": gettext_lazy("%(actor)s changed the role of %(subject)s"),
        "role_created": gettext_lazy("%(actor)s made the role %(subject)s"),
        "custom_role_changed": gettext_lazy("%(actor)s changed the role %(subject)s"),
        "role_deleted": gettext_lazy("%(actor)s removed the role %(subject)s"),
        "reach_changed": gettext_lazy("%(actor)s changed the departments that %(subject)s reaches"),
        "support_asked": gettext_lazy("%(actor)s asked to help inside the organization"),
        "support_granted": gettext_lazy("%(actor)s let %(subject)s in to help"),
        "support_denied": gettext_lazy("%(actor)s did not let %(subject)s in"),
        "support_ended": gettext_lazy("%(actor)s ended the access of %(subject)s"),
        "support_expired": gettext_lazy("The access of %(subject)s ended with its time"),
        "department_created": gettext_lazy("%(actor)s created the department %(subject)s"),
        "region_created": gettext_lazy("%(actor)s created the region %(subject)s"),
        "department_renamed": gettext_lazy("%(actor)s renamed the department %(subject)s"),
        "department_deleted": gettext_lazy("%(actor)s removed the department %(subject)s"),
        "api_key_issued": gettext_lazy("%(actor)s made the API key %(subject)s"),
        "api_key_revoked": gettext_lazy("%(actor)s revoked the API key %(subject)s"),
        "api_key_rotated": gettext_lazy("%(actor)s gave the API key %(subject)s a new secret"),
        "staff_added": gettext_lazy("%(actor)s added %(subject)s to the vendor's people"),
        "staff_changed": gettext_lazy("%(actor)s changed the access of %(subject)s"),
    },
    icons={
        "person_added": "person-add",
        "person_invited": "mail",
        "invitation_resent": "mail",
        "invitation_accepted": "check",
        "api_key_issued": "lock",
        "api_key_revoked": "lock",
        "api_key_rotated": "lock",
        "organization_changed": "settings",
    },
    fields={
        "name": gettext_lazy("Name"),
        "title": gettext_lazy("Title"),
        "department": gettext_lazy("Department"),
        "region": gettext_lazy("Region"),
        "role": gettext_lazy("Role"),
        "permissions": gettext_lazy("Permissions"),
        "departments": gettext_lazy("Departments"),
        "minutes": gettext_lazy("Minutes"),
        "holders": gettext_lazy("People who held it"),
        "state": gettext_lazy("State"),
        "time_zone": gettext_lazy("Time zone"),
        "language": gettext_lazy("Language"),
        "email": gettext_lazy("Email"),
        "vendor_role": gettext_lazy("Role"),
        "scopes": gettext_lazy("May do"),
        "old_secret_until": gettext_lazy("The secret before works until"),
        "note": gettext_lazy("Reason"),
        "file": gettext_lazy("File"),
        "is_active": gettext_lazy("May sign in"),
        "is_staff": gettext_lazy("May open the administration"),
    },
    choices={
        "permissions": {permission.value: label for permission, label in ABILITIES},
        "reason": {
            "deactivated": gettext_lazy("The person was deactivated."),
            "left": gettext_lazy("The person left."),
        },
    },
)
