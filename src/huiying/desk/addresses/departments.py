"""Inbox, department pages, the board, the leader's day, the roster."""

from django.urls import URLPattern, path

from huiying.desk.views import decisions, departments, group, group_texts, inbox, roster

urlpatterns: list[URLPattern] = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox_read"),
    path("inbox/<int:pk>/", inbox.opened, name="notice"),
    path("departments/<str:code>/", departments.department, name="department"),
    path("departments/<str:code>/plan/", departments.plan, name="agenda_plan"),
    path("agenda/<int:pk>/<str:verb>/", departments.agenda, name="agenda_do"),
    path("board/", departments.board, name="board"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("roster/", roster.roster, name="roster"),
    path("roster/set/", roster.set_, name="shift_set"),
    path("roster/<int:pk>/cancel/", roster.cancel, name="shift_cancel"),
    path("roster/<str:first>/", roster.days, name="roster_days"),
    path("roster/<str:first>/<str:verb>/", roster.do, name="roster_do"),
    path("swaps/<int:pk>/<str:verb>/", roster.swap, name="swap_do"),
    path("leading-group/", group.leading_group, name="leading_group"),
    path("leading-group/do/<str:verb>/", group.do, name="leading_group_do"),
    path("leading-group/seats/<int:pk>/<str:verb>/", group.seat, name="group_seat_do"),
    path("cases/<str:number>/texts/", group_texts.texts, name="group_texts"),
]
