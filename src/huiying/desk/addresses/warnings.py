"""Warnings and alarms, what was learned, blind samples."""

from django.urls import URLPattern, path

from huiying.desk.views import learning, warnings

urlpatterns: list[URLPattern] = [
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/<int:pk>/cancel/", warnings.cancel, name="warning_cancel"),
    path("alarms/budget/", warnings.budget, name="alarm_budget"),
    path("alarms/<int:pk>/<str:verdict>/", warnings.verdict, name="alarm_verdict"),
    path("learning/", learning.learning, name="learning"),
    path("learning/<str:target>/roll-back/", learning.roll_back, name="learning_roll_back"),
    path("agreement/", learning.agreement, name="agreement"),
    path("agreement/<int:pk>/", learning.rate, name="agreement_rate"),
]
