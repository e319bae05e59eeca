"""What a new home begins with: all of this room's tables at once. Homes that already have some go the way step by step."""

from django.db import migrations

from huiying.judging.migrations import _tables_1, _tables_2
from huiying.kernel.tables import CreateTables


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("judging", "0001_initial"),
        ("judging", "0002_watchwords"),
        ("judging", "0003_screening"),
        ("judging", "0004_pins"),
        ("judging", "0005_spread"),
        ("judging", "0006_learning"),
        ("judging", "0007_stream"),
        ("judging", "0008_sharing"),
    ]

    dependencies = [
        ('listening', '0008_asking'),
    ]

    operations = [
        CreateTables([*_tables_1.TABLES, *_tables_2.TABLES]),
    ]
