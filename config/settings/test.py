"""The test suite: services come from `tests/conftest.py`, which sets the addresses beforehand.

The defaults below are only for tools that read the settings without running anything (mypy).
"""

import os

for _name, _value in {
    "SECRET_KEY": "a key for the tests alone, of no use anywhere else; 0123456789 abcdefghij",
    "DATABASE_URL": "postgres://headroom_app@127.0.0.1:1/headroom",
    "DATABASE_OWNER_URL": "postgres://headroom_owner@127.0.0.1:1/headroom",
    "DATABASE_PIPELINE_URL": "postgres://headroom_pipeline@127.0.0.1:1/headroom",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "STRIPE_SECRET_KEY": "sk_test_headroom",
    "STRIPE_WEBHOOK_SECRET": "whsec_headroom_tests",
    "STRIPE_API_BASE": "http://127.0.0.1:1",
}.items():
    os.environ.setdefault(_name, _value)

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import INSTALLED_APPS, MAILERS  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
INTEGRATIONS_ALLOW_PRIVATE = True
# Nobody answers there; a test of domains has a name server of its own.
SSO_DNS_SERVERS = ["127.0.0.1:1"]
SSO_DNS_SECONDS = 0.5
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# The tests of the limits set their own; the others are not slowed by them.
API_RATE_LIMITS = {"key": 10_000_000, "organization": 10_000_000, "vendor": 10_000_000}
DIRECTORY_REQUESTS_A_MINUTE = 10_000_000
# Processes that tests start send nothing either; pytest-django sees to its own.
MAILERS = MAILERS | {"delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
