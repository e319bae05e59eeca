"""Append-only triggers on ledger_entry and ledger_erasure (INV-8); the SQL lives in huiying.ledger.guards."""

from django.db import migrations

from huiying.ledger import guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection)


def remove(apps, schema_editor):
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
