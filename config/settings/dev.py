"""A developer's machine and `make demo`: plain HTTP on loopback, mails kept as files."""

from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, MAILERS, env

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEMO_DIR = Path(env.str("DEMO_DIR", default=".demo")).resolve()
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
INTEGRATIONS_ALLOW_PRIVATE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MAILERS["delivery"] = {
    "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "OPTIONS": {"file_path": str(DEMO_DIR / "mail")},
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
