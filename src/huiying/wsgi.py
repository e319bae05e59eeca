"""The web application, served by waitress in `huiying run` or by any WSGI server."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
application = get_wsgi_application()
# Every view is loaded before the first reader comes, who would otherwise wait for the whole house.
import_module(settings.ROOT_URLCONF)
