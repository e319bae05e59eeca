"""Another body reads what was shared with it, and may write back, by a link without an account （五）C5.18."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from huiying.judging.actions import sharing
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.views.by_link import by_link, too_often, unlisted


@by_link
def shared(request: HttpRequest, token: str) -> HttpResponse:
    error, status = "", 200
    if request.method == "POST":
        if not limits.may_confirm(request):
            error, status = too_often(), 429
        else:
            try:
                sharing.reply(token, _plain(request, "name"), _plain(request, "text"))
                return redirect("portal:shared", token=token)
            except Refused as refused:
                error, status = refused.sentence, 409
    found = sharing.open_package(token)
    if found is None:
        return render(request, "portal/shared_closed.html", status=404)
    context = {"row": found, "content": found.content, "error": error, "replies": list(found.replies.all())}
    return render(request, "portal/shared.html", context, status=status)


@never_cache
@require_GET
@unlisted
def file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as JSON, signed."""
    found = sharing.open_package(token)
    if found is None:
        raise Http404
    return JsonResponse(sharing.signed(found), json_dumps_params={"ensure_ascii": False})


def _plain(request: HttpRequest, name: str) -> str:
    """PostgreSQL keeps no NUL in a text."""
    return request.POST.get(name, "").replace("\x00", "")
