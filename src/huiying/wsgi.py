"""The web application, served by waitress in `huiying run` or by any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
application = get_wsgi_application()
