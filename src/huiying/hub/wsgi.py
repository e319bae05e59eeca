"""The web application behind granian. Whose word counts for a visitor's address: as `cli.serving.behind` says."""

from __future__ import annotations

from django.conf import settings
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from huiying.wsgi import application as plain


def _made() -> object:
    """Imported here: the rooms can be entered only once the plain application has set them up."""
    from huiying.hub import demonstrating
    from huiying.judging import engines

    engines.use_process()  # where a page has something judged, the pages beside it do not wait
    demonstrating.take_part()
    return wrap_wsgi_with_proxy_headers(plain, trusted_hosts="127.0.0.1") if settings.HTTPS else plain


application = _made()
