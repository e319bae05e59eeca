"""Issued documents, signatures, addenda and withdrawals are append-only in the database itself (C6.9)."""

from django.db import migrations

from huiying.documents.schema import guard, unguard


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunPython(guard, unguard)]
