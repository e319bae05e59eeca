"""A breach is append-only in the database itself (habit 10)."""

from django.db import migrations

from huiying.handling.schema import guard_breaches, unguard_breaches


class Migration(migrations.Migration):
    dependencies = [("handling", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunPython(guard_breaches, unguard_breaches)]
