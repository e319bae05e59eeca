"""Public pages are rendered once and kept until the ledger moves (DESIGN.md "Sizes that must hold")."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.portal.limits import too_often
from huiying.work.limits import search_wait

View = Callable[..., HttpResponse]
Key = tuple[str, str, str, str]
KEPT_PAGES = 512
TYPE_COOKIE, LARGE = "huiying_type", "large"
# On PostgreSQL two transactions may commit out of the order of their ids; a page made in between is wrong
# for this long.
LASTS = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Kept:
    entry: int
    at: dt.datetime
    status: int
    body: bytes
    content_type: str
    etag: str


class Shelf:
    """The pages kept by this process; the ones used longest ago go first."""

    def __init__(self, size: int = KEPT_PAGES) -> None:
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._size = size
        self._lock = threading.Lock()
        self._making: dict[Key, tuple[threading.Lock, int]] = {}

    @contextmanager
    def turn(self, key: Key) -> Iterator[None]:
        """One at a time makes a page; whoever waited finds it on the shelf."""
        with self._lock:
            lock, waiting = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making[key]
                if waiting == 1:
                    del self._making[key]
                else:
                    self._making[key] = lock, waiting - 1

    def get(self, key: Key, entry: int) -> Kept | None:
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or kept.entry != entry or clock.now() - kept.at > LASTS:
                return None
            self._pages.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept) -> None:
        with self._lock:
            self._pages[key] = kept
            self._pages.move_to_end(key)
            while len(self._pages) > self._size:
                self._pages.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()


shelf = Shelf()


def type_size(request: HttpRequest) -> str:
    """The one choice of a reader that a page looks at beside the language; it says nothing of who they are."""
    return LARGE if request.COOKIES.get(TYPE_COOKIE) == LARGE else ""


def last_entry() -> int:
    """The id of the ledger's last entry; 0 while it is empty."""
    return LedgerEntry.objects.aggregate(last=Max("id"))["last"] or 0


def until_the_ledger_moves(view: View) -> View:
    """Keep what `view` renders by (host, address, language, size of type) and serve it with an ETag.

    Only for pages that are the same for every reader: the view must not read session, user or cookies.
    Searches are not kept, or a stranger could push every page off the shelf; whoever asks too fast has to wait.
    """

    @functools.wraps(view)
    def kept_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        key = (request.get_host(), request.get_full_path(), get_language() or "", type_size(request))
        # Read before rendering: a page made while the ledger moves is then made again, not kept too long.
        entry = last_entry()
        kept = shelf.get(key, entry)
        if kept is None and request.GET.get("q"):
            if wait := search_wait(request):
                return too_often(request, wait)
            kept = _keep(view(request, *args, **kwargs), entry)
        elif kept is None:
            kept = _made_once(key, entry, lambda: view(request, *args, **kwargs))
        return _serve(request, kept)

    return kept_view  # type: ignore[return-value]


def _made_once(key: Key, entry: int, made: Callable[[], HttpResponse]) -> Kept:
    """When the ledger moved, a hundred readers want the page at once: one of them makes it, the others take it."""
    with shelf.turn(key):
        kept = shelf.get(key, entry)
        if kept is None:
            kept = _keep(made(), entry)
            if kept.status == 200:
                shelf.put(key, kept)
        return kept


def _keep(response: HttpResponse, entry: int) -> Kept:
    body = bytes(response.content)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Kept(entry, clock.now(), response.status_code, body, response.headers["Content-Type"], etag)


def _serve(request: HttpRequest, kept: Kept) -> HttpResponseBase:
    response = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
    if kept.status != 200:
        return response
    response.headers["ETag"] = kept.etag
    # Every reader asks again and mostly hears 304: a correction must be seen at once (C11.1).
    response.headers["Cache-Control"] = "no-cache"
    return get_conditional_response(request, etag=kept.etag, response=response) or response
