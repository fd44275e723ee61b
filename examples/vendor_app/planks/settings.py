"""Settings of the sample product. The last lines are what Headroom needs."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[1]
DATA_DIR = Path(os.environ["PLANKS_DATA"])
SECRET_KEY = os.environ["PLANKS_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "planks.urls"
DEBUG = False
USE_TZ = True
DATABASES: dict[str, object] = {}
# Who is signed in stands in a signed cookie: a sample needs no database.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "planks"
CSRF_COOKIE_NAME = "planks_csrf"
SESSION_COOKIE_HTTPONLY = True
INSTALLED_APPS = ["django.contrib.sessions", "planks"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["planks.people.signed_in"]},
    }
]

INSTALLED_APPS += ["headroom_django"]
MIDDLEWARE += ["headroom_django.middleware.HeadroomMiddleware"]
HEADROOM = {
    "URL": os.environ["HEADROOM_URL"],
    "API_KEY": os.environ["HEADROOM_API_KEY"],
    "SUBJECT": "planks.people.subject",
    "SPOOL": DATA_DIR / "headroom.spool",
    "REFUSED_URL": "refused",
}
