"""Settings that every environment shares. Anything secret or local comes from the environment.

A missing secret stops the start with the variable's name: `env.str` raises ImproperlyConfigured.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config import tracing
from config.logging import logging_config
from config.redis import broker_options, broker_url, cache_settings

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
PRODUCT_NAME = env.str("PRODUCT_NAME", default="Headroom")
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "accounts",
    "identity",
    "sso",
    "integrations",
    "seats",
    "billing",
    "provisioning",
    "procurement",
    "trueups",
    "signals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.KeepToOrigin",
    "config.middleware.CheckRequestId",
    "config.middleware.CheckHost",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.ReaderLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.replica.ReadYourWrites",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.origin.RequestOrigin",
    "accounts.middleware.ReaderTimeZone",
    "accounts.middleware.StoredLanguage",
    "accounts.middleware.AccessControl",
    "accounts.middleware.AdminScope",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "identity.middleware.SessionWatch",
]

if tracing.is_on():
    MIDDLEWARE.insert(0, "config.traced_requests.NameSpan")

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.navigation.page_context",
                "billing.views.payment.payment_banner",
                "seats.views.limits.limit_banner",
                "trueups.views.customer.true_up_banner",
                "signals.views.notices.unread_badge",
            ],
        },
    }
]

# Three logins to one database: `default` (app: rows of one tenant at a time), `owner` (migrations
# only) and `pipeline` (set-based work over all organizations, on the tables it has grants for).
DATABASES = {
    "default": env.db_url("DATABASE_URL"),
    "owner": env.db_url("DATABASE_OWNER_URL"),
    "pipeline": env.db_url("DATABASE_PIPELINE_URL"),
}
for _alias in ("default", "pipeline"):
    DATABASES[_alias]["OPTIONS"] = {
        **DATABASES[_alias].get("OPTIONS", {}),
        "pool": {"min_size": 0, "max_size": 16, "timeout": 10},
    }
# A streaming replica of the same database, read by dashboards; docs/scaling.md.
if _replica_url := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url_config(_replica_url)
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["replica"].get("OPTIONS", {}),
        "connect_timeout": 2,
        "pool": {"min_size": 0, "max_size": 16, "timeout": 2},
    }
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
REPLICA_MAX_LAG_SECONDS = env.float("REPLICA_MAX_LAG_SECONDS", default=5.0)
DATABASE_ROUTERS = ["config.routers.MigrateAsOwner", "config.routers.ReadFromReplica"]
DATABASE_PIPELINE_URL = env.str("DATABASE_PIPELINE_URL")
# "transaction": the addresses above lead to a pooler that hands each transaction to any connection.
DATABASE_POOLER = env.str("DATABASE_POOLER", default="")
# The pipeline's login past the pooler, for the one connection of a process that is a session.
DATABASE_SESSION_URL = env.str("DATABASE_SESSION_URL", default=DATABASE_PIPELINE_URL)
if DATABASE_POOLER == "transaction":
    for _database in DATABASES.values():
        _database["DISABLE_SERVER_SIDE_CURSORS"] = True
        _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "prepare_threshold": None}
elif DATABASE_POOLER:
    raise ImproperlyConfigured('DATABASE_POOLER is "transaction" or empty.')
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": cache_settings(REDIS_URL)}

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, **broker_options(REDIS_URL)}
CELERY_TIMEZONE = "UTC"

# Whoever sends it as a bearer token may read /metrics; without one there are no metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# For how many days each raw usage event is kept at least; whole months are let go (docs/usage.md).
USAGE_RAW_DAYS = env.int("USAGE_RAW_DAYS", default=90)

# The deployment's half of the keys in place of devices and addresses (docs/sharing.md). Whoever
# changes it begins 35 days of history anew.
SHARING_KEY = env.str("SHARING_KEY", default=SECRET_KEY)

# Whose pages may report usage with a token (docs/clients.md): "https://app.example.com,...".
BROWSER_ORIGINS = env.list("BROWSER_ORIGINS", default=[])

# Units of the API a minute: for one key, for all keys of an organization, for a vendor-wide key. A
# read costs 1, a write 5, what asks Stripe 20 (docs/api.md).
API_RATE_LIMITS = {
    "key": env.int("API_UNITS_PER_KEY", default=1_200),
    "organization": env.int("API_UNITS_PER_ORGANIZATION", default=3_000),
    "vendor": env.int("API_UNITS_PER_VENDOR_KEY", default=12_000),
}

# Requests of one organization's directory a minute; a bulk request counts fifty times.
DIRECTORY_REQUESTS_A_MINUTE = env.int("DIRECTORY_REQUESTS_A_MINUTE", default=3_000)

# Lets endpoints lie on this machine or in its network, over plain HTTP: for tests and the demo.
INTEGRATIONS_ALLOW_PRIVATE = env.bool("INTEGRATIONS_ALLOW_PRIVATE", default=False)
# Of the vendor's own Slack app; with it, buttons of messages work inside Slack.
SLACK_SIGNING_SECRET = env.str("SLACK_SIGNING_SECRET", default="")

# Name servers ("host:port") that prove domains; empty means those of this machine.
SSO_DNS_SERVERS: list[str] = env.list("SSO_DNS_SERVERS", default=[])
SSO_DNS_SECONDS = 5.0

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "identity.validators.OrganizationLengthValidator"})
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A mail when a password or a second factor changed: templates/account/email, templates/mfa/email.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Wrong passwords and codes: by address, and by account in five minutes, an hour and a day.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,100/h/ip,5/5m/key,20/h/key,50/d/key"}
# Second factors: docs/identity.md. The vendor's staff needs one where the deployment says so.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)
MFA_ADAPTER = "identity.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "identity.forms.PasskeyForm"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = PRODUCT_NAME
# One step of 30 seconds either way, for clocks that are a little off.
MFA_TOTP_TOLERANCE = 1
# How many proxies before this process say whose address a request has (X-Forwarded-For).
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# Before the name of every cookie that matters; "__Host-" over HTTPS.
COOKIE_PREFIX = ""
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Forms carry the token themselves; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    # Browsers apply this to the redirects of a form too: card pages are Stripe's own.
    "form-action": [
        CSP.SELF,
        *(
            [STRIPE_API_BASE]
            if STRIPE_API_BASE
            else [
                "https://checkout.stripe.com",
                "https://billing.stripe.com",
                "https://invoice.stripe.com",
            ]
        ),
    ],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
REQUEST_BODY_MAX_BYTES = 10_000_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("id", _("Indonesian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Headroom <headroom@localhost>")
# Mail goes to the queue; a worker hands it to `delivery`.
MAILERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "accounts.mail.QueuedEmailBackend"},
    "delivery": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.DenyUnlessDeclared"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.problems.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.CreatedCursorPagination",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # `format` is a parameter like any other; the framework would answer 404 to one it lacks.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Headroom API",
    "DESCRIPTION": "Usage in, seat decisions out: what the vendor's product and tools call.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Of what is read alone; `say_what_is_taken` takes it back of what is answered.
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": {
        "SeatLimitEnum": "seats.models.seat.SeatPool.Limit",
        "NewSeatLimitEnum": "seats.api.limits.LIMITS_TO_SET",
        "TaskStateEnum": "signals.models.task.ExpansionTask.State",
        "RunStateEnum": "seats.models.people.PeopleExport.State",
        "LineCommentKindEnum": "trueups.models.line.LineComment.Kind",
        "DeliveryStateEnum": "integrations.models.endpoint.Delivery.State",
        "EndpointFormatEnum": "integrations.models.endpoint.Endpoint.Format",
        "OutcomeKindEnum": "seats.models.outcome.KindChoice",
        "ScheduledChangeKindEnum": "billing.models.scheduled_change.ScheduledChange.Kind",
        "ContractCollectionEnum": "billing.models.contract.Contract.Collection",
        "ExpansionStateEnum": "procurement.models.planning.PlannedExpansion.State",
        "PaperKindEnum": "procurement.models.papers.IssuedPaper.Kind",
        "ReviewStateEnum": "billing.models.bounds.PurchaseReview.State",
        "DifferenceStateEnum": "billing.models.reconciliation.Difference.State",
        "DecisionEnum": "trueups.models.evidence.PersonEvidence.Decision",
        "FullLimitDecisionEnum": "seats.api.limits.DECISIONS",
        "DeletionDecisionEnum": "signals.api.deletions.DECISIONS",
        "TrueUpStateEnum": "trueups.models.true_up.TrueUp.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.openapi.add_problem_responses",
        "accounts.api.openapi.say_what_is_taken",
        "seats.api.schema.add_lean_endpoints",
        "integrations.openapi.add_webhooks",
        "accounts.api.links.add_links",
        "accounts.api.examples.add_examples",
    ],
}

LOGGING = logging_config(level=env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# A caller may name its request; config.middleware.CheckRequestId lets good forms through only.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

DEMO_DIR: Path | None = None
