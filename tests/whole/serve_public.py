"""Serves the home named in HUIYING_HOME on a free port of loopback, which is printed; the web part alone."""

import os
import socket

from waitress import serve

os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"

from huiying.wsgi import application

with socket.socket() as listening:
    listening.bind(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    serve(application, sockets=[listening], threads=4)
