"""Sources, what each look brought, and the evidence behind it （五）C5.2."""

from django.urls import URLPattern, path

from huiying.desk.views import mailboxes, sources

urlpatterns: list[URLPattern] = [
    path("sources/", sources.sources, name="sources"),
    path("sources/add/", sources.add, name="source_add"),
    path("sources/add/mailbox/", mailboxes.add, name="mailbox_add"),
    path("sources/evidence/<int:pk>/", sources.evidence, name="source_evidence"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/do/<str:verb>/", sources.do, name="source_do"),
    path("posts/<int:pk>/watch/", sources.watch, name="post_watch"),
]
