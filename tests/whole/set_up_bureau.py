"""Fills an empty HUIYING_HOME with the test bureau, each person with the password given as the only argument."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"

from huiying.cli.ready import ready

ready()

from django.db import transaction  # noqa: E402

from cast import bureau  # noqa: E402

with transaction.atomic():
    bureau(password=sys.argv[1])
