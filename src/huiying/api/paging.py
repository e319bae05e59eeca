"""Which part of a list: `offset` rows are left out, at most `limit` come."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field


class Page(Schema):
    offset: int = Field(0, ge=0, le=1_000_000_000)  # more than any table has; 64 bits are not enough for some numbers
    limit: int = Field(50, ge=1, le=200)

    def of(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """How many rows there are, and this part of them: what every page schema of the API reads."""
        return {"count": rows.count(), "items": rows[self.offset : self.offset + self.limit]}


class StatePage(Page):
    """`state` is a state's code; empty for all."""

    state: str = Field("", max_length=20, pattern="^[a-z_]*$")


class SearchPage(Page):
    q: str = Field("", max_length=60)
