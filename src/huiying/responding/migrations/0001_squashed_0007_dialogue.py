"""What a new home begins with: all of this room's tables at once. Homes that already have some go the way step by step."""

from django.conf import settings
from django.db import migrations

from huiying.kernel.tables import CreateTables
from huiying.responding.migrations import _tables_1, _tables_2


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("responding", "0001_initial"),
        ("responding", "0002_casework"),
        ("responding", "0003_answering"),
        ("responding", "0003_answering_tables"),
        ("responding", "0004_own_accounts"),
        ("responding", "0005_own_accounts_only"),
        ("responding", "0006_press_turns"),
        ("responding", "0007_dialogue"),
    ]

    dependencies = [
        ('handling', '0006_asking'),
        ('people', '0004_duty'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([*_tables_1.TABLES, *_tables_2.TABLES]),
    ]
