"""Patrol, coverage and hand-over （五）."""

from django.urls import URLPattern, path

from huiying.desk.views import handover, listened, patrol, reconcile, shares

urlpatterns: list[URLPattern] = [
    path("patrol/", patrol.patrol, name="patrol"),
    path("patrol/emergency/<str:verb>/", patrol.emergency, name="emergency_do"),
    path("patrol/cards/<int:pk>/<str:result>/", patrol.look, name="look"),
    path("patrol/points/<int:pk>/", patrol.point, name="patrol_point"),
    path("patrol/points/<int:pk>/do/<str:verb>/", patrol.point_do, name="patrol_point_do"),
    path("coverage/", patrol.coverage, name="coverage"),
    path("coverage/do/<str:verb>/", patrol.coverage_do, name="coverage_do"),
    path("coverage/topics/", listened.topics, name="topics"),
    path("latency/", listened.latency, name="latency"),
    path("handover/", handover.handovers, name="handovers"),
    path("handover/do/<str:verb>/", handover.begin, name="handover_begin"),
    path("handover/<int:pk>/", handover.handover, name="handover"),
    path("handover/<int:pk>/do/<str:verb>/", handover.do, name="handover_do"),
    path("reconcile/", reconcile.lists, name="reconcile"),
    path("reconcile/do/<str:verb>/", reconcile.do, name="reconcile_do"),
    path("reconcile/<int:pk>/", reconcile.outside_list, name="outside_list"),
    path("reconcile/lines/<int:pk>/<str:state>/", reconcile.decide, name="outside_decide"),
    path("events/<str:number>/shares/", shares.shares, name="shares"),
    path("events/<str:number>/shares/do/<str:verb>/", shares.do, name="shares_do"),
    path("shares/<int:pk>/revoke/", shares.revoke, name="share_revoke"),
    path("shares/<int:pk>/export.json", shares.export, name="share_export"),
]
