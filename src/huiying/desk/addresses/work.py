"""Tasks, files and reports of a case."""

from django.urls import URLPattern, path

from huiying.desk.views import work

urlpatterns: list[URLPattern] = [
    path("tasks/", work.tasks, name="tasks"),
    path("tasks/<int:pk>/", work.task, name="task"),
    path("tasks/<int:pk>/<str:verb>/", work.task_do, name="task_do"),
    path("attachments/<int:pk>/", work.attachment, name="attachment"),
]
