"""Every address of the product. Apps own what is below theirs."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.access import public
from config.health import healthz, readyz
from config.metrics import metrics
from identity.views.security import second_factor_done


def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out: nothing here is for them."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


# Swagger UI writes its own style elements; its script comes from an address of its own.
api_docs = login_not_required(
    csp_override({**settings.SECURE_CSP, "style-src": [CSP.SELF, CSP.UNSAFE_INLINE]})(
        SpectacularSwaggerSplitView.as_view(url_name="schema")
    )
)

# A program below /api/ gets a problem, a person a page.
handler400 = "accounts.api.unrouted.bad_request"
handler404 = "accounts.api.unrouted.not_found"
handler500 = "accounts.api.unrouted.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("robots.txt", public(robots), name="robots"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
    # Security lists second factors: allauth's own lists lead there.
    path("accounts/2fa/", second_factor_done, name="second_factors"),
    path("accounts/2fa/webauthn/", second_factor_done, name="passkeys"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path(
        "api/v1/docs/",
        api_docs,
        name="api_docs",
    ),
    path("", include("accounts.urls")),
    path("", include("identity.urls")),
    path("", include("sso.urls")),
    path("", include("seats.urls")),
    path("", include("billing.urls")),
    path("", include("trueups.urls")),
    path("", include("integrations.urls")),
    path("", include("provisioning.urls")),
    path("", include("procurement.urls")),
    path("", include("signals.urls")),
]

if settings.DEMO_DIR is not None:
    urlpatterns.append(path("demo/", include("demo.urls")))
