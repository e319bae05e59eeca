"""The REST face: the same gates and verbs as the desk. No endpoint or parameter speaks of an author (INV-10)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from huiying.api import (
    accounts,
    bodies,
    bureau,
    cases,
    casework,
    dialogue,
    documents,
    drafting,
    duty,
    events,
    following,
    forms_of_answer,
    grouping,
    imports,
    learning,
    liaisons,
    meetings,
    organising,
    oversight,
    overview,
    patrol,
    pictures,
    policies,
    posts,
    public,
    releasing,
    screening,
    shares,
    sources,
    stream,
    tasks,
    warnings,
    watch,
)
from huiying.api.bodies import Reader, staff


class Api(NinjaAPI):
    """Answers hold what only the caller may see: no cache keeps any of them (§6.1 S6)."""

    _described: tuple[str, OpenAPISchema] | None = None

    def create_response(self, request: HttpRequest, data: Any, **how: Any) -> HttpResponse:
        response = super().create_response(request, data, **how)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        """What any operation may say, beside what each says itself: 401 to a stranger, 403 without the CSRF token, 404
        to an outsider, 422 to what does not fit.

        A stranger may ask for it, and building it takes a second: it is built once a process, for where it stands.
        """
        prefix = str(how.get("path_prefix") or self.get_root_path(how.get("path_params") or {}))
        if self._described is None or self._described[0] != prefix:
            self._described = prefix, self._built_description(prefix)
        return self._described[1]

    def _built_description(self, prefix: str) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=prefix)
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                told = operation["responses"]
                more = {422: "Problems"}
                if "security" in operation:
                    more |= {401: "Problem", 404: "Problem"} | ({} if method == "get" else {403: "Problem"})
                for status, name in more.items():
                    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
                    told.setdefault(status, {"description": HTTPStatus(status).phrase, "content": content})
        return schema


# The bundled documentation page loads its script from an outside host: only the description is served.
api = Api(
    title="Huiying 回应",
    version="1",
    description="Staff sign in on the desk; writing needs the session's CSRF token in X-CSRFToken.",
    docs_url=None,
    auth=staff,
    parser=Reader(),
    urls_namespace="api",
)
bodies.register(api)
api.add_router("", public.router, tags=["public"])
api.add_router("", cases.router, tags=["cases"])
api.add_router("", casework.router, tags=["casework"])
api.add_router("", tasks.router, tags=["tasks"])
api.add_router("", liaisons.router, tags=["liaison"])
api.add_router("", meetings.router, tags=["meetings"])
for part in (drafting, accounts, forms_of_answer, following, releasing):
    api.add_router("", part.router, tags=["answering"])
api.add_router("", bureau.router, tags=["bureau"])
api.add_router("", events.router, tags=["events"])
api.add_router("", pictures.router, tags=["events"])
for part in (warnings, learning):
    api.add_router("", part.router, tags=["judging"])
api.add_router("", grouping.router, tags=["events"])
api.add_router("", posts.router, tags=["posts"])
api.add_router("", patrol.router, tags=["patrol"])
api.add_router("", duty.router, tags=["duty"])
api.add_router("", dialogue.router, tags=["dialogue"])
api.add_router("", oversight.router, tags=["oversight"])
api.add_router("", overview.router, tags=["oversight"])
api.add_router("", policies.router, tags=["policies"])
api.add_router("", organising.router, tags=["organising"])
api.add_router("", documents.router, tags=["documents"])
api.add_router("", shares.router, tags=["sharing"])
api.add_router("", watch.router, tags=["watch rules"])
api.add_router("", screening.router, tags=["screening"])
api.add_router("", stream.router, tags=["posts"])
api.add_router("", sources.router, tags=["sources"])
api.add_router("", imports.router, tags=["posts"])
urlpatterns = api.urls[0]
