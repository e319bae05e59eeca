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
# GIN gives no order: for the newest thirty posts with a word that stands in every tenth, it would fetch and sort all of
# them. So each post also bears the numbers of the stretches of ids in which it lies (`searching.stretches`), and
# one call asks in the two newest stretches first, then in wider ones, and everywhere only for what is rare. Executed
# with its values each time, for a plan kept from another word would walk all posts; what is newer than `below` is left
# out afterwards, else the planner reads the numbers of all posts beside the index.
FIND = """
CREATE OR REPLACE FUNCTION listening_search_find(asked text, below bigint, most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    held CONSTANT text := 'WITH held AS MATERIALIZED'
        ' (SELECT post FROM listening_search_words WHERE words @@ $1::tsquery)'
        ' SELECT ARRAY(SELECT post FROM held WHERE post < $2 ORDER BY post DESC LIMIT $3)';
    width integer;
    newest bigint;
    found bigint[];
BEGIN
    FOREACH width IN ARRAY ARRAY[10, 13, 16] LOOP
        newest := greatest(below - 1, 0) >> width;
        EXECUTE held INTO found USING
            format('(%s) & (''#%s:%s'' | ''#%s:%s'')', asked, width, newest, width, greatest(newest - 1, 0)),
            below, most;
        IF cardinality(found) = most OR newest <= 1 THEN
            RETURN QUERY SELECT unnest(found);
            RETURN;
        END IF;
    END LOOP;
    EXECUTE held INTO found USING asked, below, most;
    RETURN QUERY SELECT unnest(found);
END $$;
"""
DROP = """
DROP FUNCTION listening_search_find; DROP TABLE listening_search_words; DROP TABLE listening_search_reached;
"""


def make_search(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(MAKE)
        editor.execute(FIND, params=None)  # with no parameters at all, so that a percent sign is one


def drop_search(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DROP)
