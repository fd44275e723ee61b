"""What is recorded here, as sentences."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(
    sentences={
        "sign_in_rules_changed": gettext_lazy("%(actor)s changed the rules for signing in"),
        "second_factor_added": gettext_lazy("%(actor)s added a second factor"),
        "second_factor_removed": gettext_lazy("%(actor)s removed a second factor"),
        "recovery_codes_renewed": gettext_lazy("%(actor)s made new recovery codes"),
        "password_changed": gettext_lazy("%(actor)s changed their own password"),
        "session_ended": gettext_lazy("%(actor)s ended one of their own sessions"),
        "other_sessions_ended": gettext_lazy("%(actor)s ended their sessions in other browsers"),
    },
    icons={
        "sign_in_rules_changed": "lock",
        "second_factor_added": "lock",
        "second_factor_removed": "lock",
        "recovery_codes_renewed": "lock",
        "password_changed": "lock",
    },
    fields={
        "second_factor": gettext_lazy("Who needs a second factor"),
        "idle_hours": gettext_lazy("Hours without use"),
        "session_days": gettext_lazy("Days in all"),
        "password_length": gettext_lazy("Password length, at least"),
        "buying_minutes": gettext_lazy("Before buying, a proof at most this many minutes old"),
        "changing_minutes": gettext_lazy(
            "Before keys and roles change, at most this many minutes old"
        ),
        "exporting_minutes": gettext_lazy("Before an export, at most this many minutes old"),
        "kind": gettext_lazy("Kind"),
        "sessions": gettext_lazy("Sessions"),
    },
    choices={
        "second_factor": {
            "nobody": gettext_lazy("Nobody"),
            "admins": gettext_lazy("Owners and admins"),
            "everybody": gettext_lazy("Everybody"),
        },
        "kind": {
            "totp": gettext_lazy("Authenticator app"),
            "webauthn": gettext_lazy("Passkey"),
            "recovery_codes": gettext_lazy("Recovery codes"),
        },
    },
)
