"""The project's settings in a home of the suite's own; programs that tests start use the real ones."""

import os
import tempfile

os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"
os.environ["HUIYING_HOME"] = tempfile.mkdtemp(prefix="huiying-test-")
os.environ.pop("HUIYING_DEMO", None)
os.environ.pop("HUIYING_NOTIFY_URLS", None)

from huiying.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests of the desk sign people in directly; those of the second factor switch it on.
SECOND_FACTOR = False
# Their clocks jump over days; those of the session's ends switch them on.
SESSION_ENDS = False
DORMANT_AFTER = None
