"""A breach is a row that nobody can edit (habit 10): the database itself refuses."""

from django.db import migrations

from huiying.ledger import append_only

TABLE = "handling_breach"


def install(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLE, ("id", "clock_id"))


def remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("handling", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunPython(install, remove)]
