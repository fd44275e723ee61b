"""Addresses of planning, calendars, papers and the vendor's information."""

from django.urls import URLPattern, URLResolver, include, path

from procurement.views import feeds, papers, planning, profile, vendor_pack, vendor_planning

_organization: list[URLPattern | URLResolver] = [
    path("planning/", planning.planning, name="planning"),
    path("planning/new/", planning.plan_new, name="plan_new"),
    path("planning/preview/", planning.plan_preview, name="plan_preview"),
    path("planning/<uuid:expansion_id>/", planning.plan_change, name="plan_change"),
    path("planning/<uuid:expansion_id>/move/", planning.plan_move, name="plan_move"),
    path("planning/profile/", profile.buying_profile, name="buying_profile"),
    path("planning/proposals/<int:proposal_id>/", profile.proposal_answer, name="proposal_answer"),
    path("planning/calendar/", feeds.calendar_settings, name="calendar_settings"),
    path("planning/events/<str:uid>.ics", feeds.calendar_event, name="calendar_event"),
    path("papers/", papers.papers, name="papers"),
    path("papers/<uuid:paper_id>.pdf", papers.paper_pdf, name="paper_pdf"),
    path("quotes/<uuid:quote_id>/papers/", papers.paper_new, name="paper_new"),
    path("vendor-information/", vendor_pack.vendor_information, name="vendor_information"),
    path(
        "vendor-information.pdf",
        vendor_pack.vendor_information_pdf,
        name="vendor_information_pdf",
    ),
]

_vendor: list[URLPattern | URLResolver] = [
    path("planning/", vendor_planning.vendor_planning, name="vendor_planning"),
    path(
        "planning.<str:format>",
        vendor_planning.vendor_planning_export,
        name="vendor_planning_export",
    ),
    path(
        "organizations/<slug:account>/buying/",
        profile.vendor_buying_profile,
        name="vendor_buying_profile",
    ),
    path("organizations/<slug:account>/papers/", papers.vendor_papers, name="vendor_papers"),
    path("papers/<uuid:paper_id>.pdf", papers.vendor_paper_pdf, name="vendor_paper_pdf"),
    path("policies/information/", vendor_pack.vendor_pack, name="vendor_pack"),
    path("policies/information.pdf", vendor_pack.vendor_pack_pdf, name="vendor_pack_pdf"),
    path("policies/information/answers/", vendor_pack.vendor_answer, name="vendor_answer_new"),
    path(
        "policies/information/answers/<int:answer_id>/",
        vendor_pack.vendor_answer,
        name="vendor_answer",
    ),
    path(
        "policies/information/answers/<int:answer_id>/act/",
        vendor_pack.vendor_answer_act,
        name="vendor_answer_act",
    ),
    path("policies/information/contacts/", vendor_pack.vendor_contacts, name="vendor_contacts"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/", include(_organization)),
    path("vendor/", include(_vendor)),
    path("calendar/<str:secret>.ics", feeds.calendar, name="calendar"),
]
