"""The search index on PostgreSQL; on SQLite it lies in a file of its own, outside this database."""

from __future__ import annotations

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


def make_search(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(MAKE)


def drop_search(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DROP)


def begin_search_again(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Forget the index: the loop builds it again, in the new form. Takes minutes for a million posts, and says so."""
    if editor.connection.vendor == "postgresql":
        editor.execute("TRUNCATE listening_search_words; UPDATE listening_search_reached SET post = 0, sha256 = '';")
