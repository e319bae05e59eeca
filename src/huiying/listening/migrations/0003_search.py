"""The search index on PostgreSQL (on SQLite it lies in a file of its own, outside this database), and the stream's index
by class of channel.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MAKE = """
CREATE TABLE listening_search_words (post bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX listening_search_gin ON listening_search_words USING gin (words);
CREATE TABLE listening_search_reached (
    id smallint PRIMARY KEY CHECK (id = 1), post bigint NOT NULL, sha256 varchar(64) NOT NULL
);
INSERT INTO listening_search_reached VALUES (1, 0, '');
"""
DROP = "DROP TABLE listening_search_words; DROP TABLE listening_search_reached;"


def make(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(MAKE)


def drop(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("listening", "0002_casework")]
    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["channel_class", "received_at"], name="post_channel"),
        ),
        migrations.RunPython(make, drop),
    ]
