"""All tables of a room in one step, for a home that is still empty.

Step by step Django draws every related model anew for each step: half a minute until the first page of a new bureau.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """What `steps` lead to, made at once. `steps` create models and complete them; they hold no code and no SQL."""

    reversible = True

    def __init__(self, steps: Sequence[Operation]) -> None:
        self.steps = list(steps)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [], {"steps": self.steps})

    def describe(self) -> str:
        return f"Create {len(self._models())} tables"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # models are drawn once, when all of them are known
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name in self._models():
            schema_editor.create_model(to_state.apps.get_model(app_label, name))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name in reversed(self._models()):
            schema_editor.delete_model(from_state.apps.get_model(app_label, name))

    def _models(self) -> list[str]:
        return [step.name for step in self.steps if isinstance(step, CreateModel)]
