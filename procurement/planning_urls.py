"""Addresses of planning, calendars, papers and the vendor's information."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.routes import OF_ORGANIZATION, VERSION, operation
from procurement.api import papers as papers_api
from procurement.api import planning as planning_api
from procurement.api import vendor_pack as pack_api
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

_ANSWER = f"{VERSION}/vendor-answers/<int:answer_id>"
_PLANS = f"{OF_ORGANIZATION}/planned-expansions"
_operations: list[URLPattern | URLResolver] = [
    operation(_PLANS, planning_api.PlansView, "expansions"),
    operation(f"{_PLANS}/<uuid:expansion_id>", planning_api.PlanView, "expansion"),
    operation(f"{_PLANS}/<uuid:expansion_id>/move", planning_api.PlanMoveView, "expansion_move"),
    operation(f"{_PLANS}/outlook", planning_api.OutlookView, "expansion_outlook"),
    operation(f"{VERSION}/planned-expansions", planning_api.PortfolioPlansView, "all_expansions"),
    operation(f"{OF_ORGANIZATION}/buying-profile", planning_api.ProfileView, "buying_profile"),
    operation(
        f"{OF_ORGANIZATION}/buying-profile/proposals", planning_api.ProposalsView, "proposals"
    ),
    operation(
        f"{OF_ORGANIZATION}/buying-profile/proposals/<int:proposal_id>/answer",
        planning_api.ProposalAnswerView,
        "proposal_answer",
    ),
    operation(
        f"{OF_ORGANIZATION}/buying-profile/propose", pack_api.ProfileProposeView, "profile_propose"
    ),
    operation(f"{VERSION}/vendor-answers", pack_api.VendorAnswersView, "vendor_answers"),
    operation(_ANSWER, pack_api.VendorAnswerView, "vendor_answer"),
    operation(f"{_ANSWER}/confirm", pack_api.VendorAnswerConfirmView, "vendor_answer_confirm"),
    operation(f"{VERSION}/vendor-contacts", pack_api.VendorContactsView, "vendor_contacts"),
    operation(f"{OF_ORGANIZATION}/papers", papers_api.PapersView, "papers"),
    operation(
        f"{OF_ORGANIZATION}/papers/<uuid:paper_id>/pdf", papers_api.PaperPdfView, "paper_pdf"
    ),
    operation(
        f"{OF_ORGANIZATION}/quotes/<uuid:quote_id>/papers", papers_api.PaperNewView, "paper_new"
    ),
    operation(
        f"{VERSION}/vendor-information", papers_api.VendorInformationPdfView, "vendor_information"
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *_operations,
    path("o/<slug:slug>/", include(_organization)),
    path("vendor/", include(_vendor)),
    path("calendar/<str:secret>.ics", feeds.calendar, name="calendar"),
]
