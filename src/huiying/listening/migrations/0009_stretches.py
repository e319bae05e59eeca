"""On PostgreSQL each post's words also say in what stretch of ids it lies: the index is built once more."""

from django.db import migrations

from huiying.listening.schema import begin_search_again


class Migration(migrations.Migration):
    dependencies = [("listening", "0008_asking")]
    operations = [migrations.RunPython(begin_search_again, migrations.RunPython.noop)]
