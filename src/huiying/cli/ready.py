"""What every command with a database needs first: a home, a schema, keys, a regulation in force."""

from __future__ import annotations

import os


def loaded() -> None:
    """Settings and rooms, without a look at the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    import django

    django.setup()


def ready() -> None:
    """Create what an empty HUIYING_HOME lacks. Cheap when nothing is missing."""
    loaded()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    _adopt()


def _adopt() -> None:
    from django.conf import settings

    from huiying.ledger.actions import Actor
    from huiying.people.actions import adopt_regulation
    from huiying.people.models import RegulationVersion
    from huiying.regulation import loader

    if not RegulationVersion.objects.exists():
        adopt_regulation(loader.load(settings.REGULATION).text, Actor.SYSTEM)
