"""Addresses of true-ups as files and of the close of a quarter."""

from django.urls import URLPattern, path

from trueups.views import close, exports

_ONE = "true-ups/<uuid:true_up_id>"
_TABLE = f"{_ONE}/<str:part>.<str:format>"

urlpatterns: list[URLPattern] = [
    path(f"o/<slug:slug>/{_ONE}/workbook.xlsx", exports.true_up_workbook, name="true_up_workbook"),
    path(f"o/<slug:slug>/{_ONE}/statement.pdf", exports.true_up_pdf, name="true_up_pdf"),
    path(f"o/<slug:slug>/{_TABLE}", exports.true_up_table, name="true_up_table"),
    path("vendor/true-ups/close/", close.true_up_close, name="true_up_close"),
    path(
        "vendor/true-ups/close.<str:format>",
        close.true_up_close_export,
        name="true_up_close_export",
    ),
    path(
        f"vendor/{_ONE}/workbook.xlsx",
        exports.vendor_true_up_workbook,
        name="vendor_true_up_workbook",
    ),
    path(f"vendor/{_ONE}/statement.pdf", exports.vendor_true_up_pdf, name="vendor_true_up_pdf"),
    path(f"vendor/{_TABLE}", exports.vendor_true_up_table, name="vendor_true_up_table"),
]
