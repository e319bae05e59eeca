"""INV-8, INV-12: each column of each table is compared with the ledger by `huiying check`, or it is said why not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from huiying.ledger.kept import LEFT, TABLES

MODELS = sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.db_table)
OF_POSTGRESQL = {"listening_search_words", "listening_search_reached"}
SHORTEST = 4  # 「计数」 is a reason, 「无」 is none


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.db_table for model in MODELS])
def test_each_column_is_kept_or_has_its_reason(model: type[Model]) -> None:
    table = model._meta.db_table
    assert (table in TABLES) != (table in LEFT), f"{table}: say in its room's kept.py what is kept, or why not"
    reasons = [LEFT[table]] if table in LEFT else list(TABLES[table].left.values())
    assert all(len(reason) >= SHORTEST for reason in reasons)


@pytest.mark.django_db
def test_the_tables_named_are_those_of_the_database() -> None:
    there, named = set(connection.introspection.table_names()), TABLES.keys() | LEFT.keys()
    assert there - named == set()
    assert named - there == (OF_POSTGRESQL if connection.vendor == "sqlite" else set())
