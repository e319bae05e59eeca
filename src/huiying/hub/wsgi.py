"""The web application behind granian. Whose word counts for a visitor's address: as `cli.serving.behind` says."""

from __future__ import annotations

from django.conf import settings
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from huiying.hub import demonstrating
from huiying.wsgi import application as plain

demonstrating.take_part()
application = wrap_wsgi_with_proxy_headers(plain, trusted_hosts="127.0.0.1") if settings.HTTPS else plain
