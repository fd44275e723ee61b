"""`/metrics` in the text format of Prometheus, for whoever has the token.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.access import public
from accounts.domain.roles import StaffScope
from accounts.tenancy import staff_context
from billing.selectors.health import Measure, measures
from signals.jobs import scheduled_jobs
from signals.selectors.jobs import job_rows
from signals.selectors.pipeline import usage_measures

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the measures; 404 without a configured token, 401 without the right one."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404("No metrics")
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {token}"):
        return HttpResponse(
            "Send the token as a bearer token.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    now = timezone.now()
    with staff_context(user_id=0, scope=StaffScope.BILLING):
        found = list(measures(now))
    found += usage_measures(now, job_rows(scheduled_jobs(), now=now))
    body = "".join(text_of(measure) for measure in found)
    return HttpResponse(body, content_type=_CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def text_of(measure: Measure) -> str:
    """Return a gauge with its help, one line a value."""
    lines = [f"# HELP {measure.name} {measure.help}", f"# TYPE {measure.name} gauge"]
    for label, value in measure.values:
        labels = f'{{{label[0]}="{_escaped(label[1])}"}}' if label else ""
        lines.append(f"{measure.name}{labels} {value:.0f}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


public(metrics)
