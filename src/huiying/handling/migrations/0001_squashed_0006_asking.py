"""What a new home begins with: all of this room's tables at once. Homes that already have some go the way step by step."""

from django.conf import settings
from django.db import migrations

from huiying.handling.migrations import _tables_1, _tables_2
from huiying.handling.schema import guard_breaches, unguard_breaches
from huiying.kernel.tables import CreateTables


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("handling", "0001_initial"),
        ("handling", "0002_breach_guard"),
        ("handling", "0003_casework"),
        ("handling", "0004_handover"),
        ("handling", "0005_reconciling"),
        ("handling", "0006_asking"),
    ]

    dependencies = [
        ("ledger", "0002_guards"),
        ('judging', '0008_sharing'),
        ('listening', '0008_asking'),
        ('people', '0004_duty'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([*_tables_1.TABLES, *_tables_2.TABLES]),
        migrations.RunPython(guard_breaches, unguard_breaches),
    ]
