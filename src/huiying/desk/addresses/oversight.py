"""Oversight （十二）, interpretations （十三）, versions and the way from nothing to running （十四）."""

from django.urls import URLPattern, path

from huiying.desk.views import assessments, conformance, erasures, interpretations, measures, start

urlpatterns: list[URLPattern] = [
    path("ledger/erasures/", erasures.erasures, name="erasures"),
    path("ledger/erasures/<int:pk>/settle/", erasures.settle, name="erasure_settle"),
    path("conformance/", conformance.whole, name="conformance"),
    path("conformance/paper/", conformance.paper, name="conformance_paper"),
    path("conformance/<str:name>/", conformance.clause, name="clause"),
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/show/", assessments.show, name="assessment_show"),
    path("assessments/appeals/<int:pk>/decide/", assessments.decide, name="appeal_decide"),
    path("assessments/<str:words>/", assessments.assessment, name="assessment"),
    path("assessments/<str:words>/do/<str:verb>/", assessments.do, name="assessment_do"),
    path("measures/", measures.measures, name="measures"),
    path("measures/propose/", measures.propose, name="measure_propose"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("measures/<int:pk>/do/<str:verb>/", measures.do, name="measure_do"),
    path("interpretations/", interpretations.register, name="interpretations"),
    path("interpretations/<str:gap>/", interpretations.question, name="interpretation"),
    path("interpretations/<str:gap>/sign/", interpretations.sign, name="interpretation_sign"),
    path("versions/", interpretations.versions, name="versions"),
    path("versions/bring/", interpretations.bring, name="version_bring"),
    path("start/", start.start, name="start"),
]
