"""A real deployment: HTTPS only, SMTP, hashed static files; no start without its secrets."""

from config.settings.base import *  # noqa: F403
from config.settings.base import MAILERS, env

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
BASE_URL = env.str("BASE_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
COOKIE_PREFIX = "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.storage.HashedStaticFiles"},
}
_smtp = env.email_url("EMAIL_URL")
MAILERS["delivery"]["OPTIONS"] = {
    "host": _smtp["EMAIL_HOST"],
    "port": _smtp["EMAIL_PORT"],
    "username": _smtp["EMAIL_HOST_USER"],
    "password": _smtp["EMAIL_HOST_PASSWORD"],
    "use_tls": _smtp.get("EMAIL_USE_TLS", False),
    "use_ssl": _smtp.get("EMAIL_USE_SSL", False),
}
