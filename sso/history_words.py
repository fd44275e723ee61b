"""What is recorded here, as sentences."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(
    sentences={
        "domain_added": gettext_lazy("%(actor)s added the domain %(subject)s"),
        "domain_proven": gettext_lazy("%(actor)s proved the domain %(subject)s"),
        "domain_removed": gettext_lazy("%(actor)s removed the domain %(subject)s"),
        "domain_record_missing": gettext_lazy("The record that proves %(subject)s is missing"),
        "domain_lost": gettext_lazy("The domain %(subject)s is no longer proven"),
        "sso_connection_added": gettext_lazy("%(actor)s set up single sign-on with %(subject)s"),
        "sso_connection_changed": gettext_lazy("%(actor)s changed the connection to %(subject)s"),
        "sso_connection_tested": gettext_lazy("%(actor)s tested the connection to %(subject)s"),
        "sso_connection_turned_on": gettext_lazy("%(actor)s turned on the sign-in by %(subject)s"),
        "sso_connection_turned_off": gettext_lazy(
            "%(actor)s turned off the sign-in by %(subject)s"
        ),
        "sso_connection_removed": gettext_lazy("%(actor)s removed the connection to %(subject)s"),
        "sso_certificates_renewed": gettext_lazy("%(subject)s has a new certificate"),
        "sso_key_renewed": gettext_lazy(
            "%(actor)s renewed the key with which %(subject)s encrypts its answers"
        ),
        "sso_signed_out": gettext_lazy("%(subject)s signed out at %(actor)s, and here with it"),
        "sso_required": gettext_lazy("%(actor)s made the sign-in by %(subject)s required"),
        "sso_not_required": gettext_lazy("%(actor)s allowed other ways to sign in again"),
        "sso_emergency_entry": gettext_lazy(
            "%(actor)s entered in an emergency, without the identity provider"
        ),
        "sso_sign_in_refused": gettext_lazy(
            "%(actor)s was not let in after signing in at the identity provider"
        ),
        "sso_identity_linked": gettext_lazy("%(subject)s is known by the identity provider"),
        "person_joined_by_sso": gettext_lazy("%(subject)s joined by single sign-on"),
    },
    icons={
        "sso_required": "lock",
        "sso_not_required": "lock",
        "sso_key_renewed": "lock",
        "sso_emergency_entry": "warning",
        "sso_sign_in_refused": "warning",
        "person_joined_by_sso": "person-add",
    },
    fields={
        "connection": gettext_lazy("Connection"),
        "provider": gettext_lazy("Provider"),
        "refusal": gettext_lazy("Why not"),
    },
    choices={
        "refusal": {
            "no_subject": gettext_lazy("The provider did not say who they are."),
            "no_address": gettext_lazy("The provider sent no e-mail address."),
            "address_doubted": gettext_lazy("The provider has not verified the address."),
            "domain_not_proven": gettext_lazy("The domain of the address is not proven."),
            "another_address": gettext_lazy("Their account has an address of another domain."),
            "deactivated": gettext_lazy("The membership is deactivated."),
            "not_a_member": gettext_lazy("They are not in the list of people."),
            "vendor_staff": gettext_lazy("They work for the vendor."),
            "account_closed": gettext_lazy("Their account is closed."),
        },
    },
)
