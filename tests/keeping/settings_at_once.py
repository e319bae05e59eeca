"""The project's settings without its steps of migration: `migrate --run-syncdb` then makes every table at once."""

from huiying.settings import *  # noqa: F403
from huiying.settings import INSTALLED_APPS

MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS}
