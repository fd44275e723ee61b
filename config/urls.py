"""Every address of the product. Apps own what is below theirs."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView

from accounts.access import public
from config.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path(
        "robots.txt",
        public(
            lambda request: HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
        ),
        name="robots",
    ),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path(
        "api/v1/docs/",
        login_not_required(SpectacularRedocView.as_view(url_name="schema")),
        name="api_docs",
    ),
    path("", include("accounts.urls")),
    path("", include("seats.urls")),
    path("", include("billing.urls")),
    path("", include("signals.urls")),
]

if settings.DEMO_DIR is not None:
    urlpatterns.append(path("demo/", include("demo.urls")))
