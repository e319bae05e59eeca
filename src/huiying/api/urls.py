"""The REST face: the same gates and verbs as the desk. No endpoint or parameter speaks of an author (INV-10)."""

from __future__ import annotations

from ninja import NinjaAPI

from huiying.api import cases, errors, events, posts, public
from huiying.api.security import staff

# The bundled documentation page loads its script from an outside host: only the description is served.
api = NinjaAPI(
    title="Huiying 回应",
    version="1",
    description="Staff sign in on the desk; writing needs the session's CSRF token in X-CSRFToken.",
    docs_url=None,
    auth=staff,
    urls_namespace="api",
)
errors.register(api)
api.add_router("", public.router, tags=["public"])
api.add_router("", cases.router, tags=["cases"])
api.add_router("", events.router, tags=["events"])
api.add_router("", posts.router, tags=["posts"])
