"""The search index on PostgreSQL (on SQLite it lies in a file of its own, outside this database), and the stream's index
by class of channel.
"""

from django.db import migrations, models

from huiying.listening.schema import drop_search, make_search


class Migration(migrations.Migration):
    dependencies = [("listening", "0002_casework")]
    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["channel_class", "received_at"], name="post_channel"),
        ),
        migrations.RunPython(make_search, drop_search),
    ]
