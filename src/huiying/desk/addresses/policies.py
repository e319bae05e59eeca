"""Policies before they are issued, and what is assessed of them （六）."""

from django.urls import URLPattern, path

from huiying.desk.views import policies

urlpatterns: list[URLPattern] = [
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", policies.new, name="policy_new"),
    path("policies/<int:pk>/", policies.policy, name="policy"),
    path("policies/<int:pk>/edit/", policies.edit, name="policy_edit"),
    path("policies/<int:pk>/methods/", policies.methods, name="policy_methods"),
    path("policies/<int:pk>/voices/", policies.voices, name="policy_voices"),
    path("policies/<int:pk>/risks/", policies.risks, name="policy_risks"),
    path("policies/<int:pk>/plan/", policies.plan, name="policy_plan"),
    path("policies/<int:pk>/plan/edit/", policies.plan_edit, name="policy_plan_edit"),
    path("policies/<int:pk>/do/<str:verb>/", policies.do, name="policy_do"),
]
