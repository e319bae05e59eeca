"""The tables and the function of the search index on PostgreSQL; the SQL lives in huiying.listening.schema."""

from django.db import migrations

from huiying.listening.schema import drop_search, make_search


class Migration(migrations.Migration):
    dependencies = [("listening", "0001_initial")]

    operations = [migrations.RunPython(make_search, drop_search)]
