"""The project's settings in a home of the suite's own, with a fast password hash."""

import os
import tempfile

os.environ["HUIYING_HOME"] = tempfile.mkdtemp(prefix="huiying-test-")
os.environ.pop("HUIYING_DEMO", None)
os.environ.pop("HUIYING_NOTIFY_URLS", None)

from huiying.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
