"""How far it is: a number and a query code, no account (C4.3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from huiying.portal import forms, limits, progress


# Looking up changes nothing and another site cannot read the reply, so the form may stand on kept pages.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """An unknown number and a wrong code get the same sentence, so numbers cannot be tried out."""
    if request.method != "POST":
        return render(request, "portal/status.html", {"form": forms.StatusForm()})
    form = forms.StatusForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/status.html", {"form": form}, status=422)
    if not limits.may_look_up(request):
        form.add_error(None, _("查询太频繁了，请过一会儿再试。"))
        return render(request, "portal/status.html", {"form": form}, status=429)
    found = progress.look_up(form.cleaned_data["number"], form.cleaned_data["code"])
    if found is None:
        form.add_error(None, forms.NOT_FOUND)
        return render(request, "portal/status.html", {"form": form}, status=404)
    return render(request, "portal/progress.html", {"progress": found})
