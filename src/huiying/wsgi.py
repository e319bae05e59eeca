"""The web application, served by waitress in `huiying run` or by any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
application = get_wsgi_application()
# Every view is loaded before the first reader comes, who would otherwise wait for the whole house.
assert get_resolver().url_patterns
