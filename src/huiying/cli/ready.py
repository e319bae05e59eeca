"""What every command with a database needs first: a home, a schema, keys, a regulation in force."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from huiying.cli.main import USAGE, Stop, complain
from huiying.kernel import processes

#: A number of our own among PostgreSQL's advisory locks.
_STARTING: Final = 0x48_59_01
#: So long one waits for another that makes the tables of the embedded database (seconds).
_PATIENCE: Final = 120.0


@contextmanager
def gathered() -> Iterator[None]:
    """While modules are loaded nothing is thrown away, and looking for it again and again is a tenth of the start."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def loaded(*, bare: bool = False) -> None:
    """Settings and rooms, without a look at the database. Raises Stop where HUIYING_HOME can not be used.

    `bare` is for a command that only reads: it loads tables, and not what happens later.
    """
    if bare:
        processes.bare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    import django

    try:
        with gathered():
            django.setup()
    except OSError as error:
        home = os.environ.get("HUIYING_HOME", "var")
        sentence = f"用不了数据目录 {home}（{error.strerror}）。请检查路径和权限，或改环境变量 HUIYING_HOME。"
        raise Stop(sentence, USAGE) from error


def ready(*, adopting: bool = True, bare: bool = False) -> None:
    """Create what an empty HUIYING_HOME lacks. Cheap when nothing is missing. Raises Stop where that fails.

    Without `adopting` the tables stay empty: what fills them is brought from elsewhere.
    """
    loaded(bare=bare)
    from django.db import DatabaseError

    from huiying.regulation.errors import RegulationError, UsageError

    try:
        with one_at_a_time():
            _migrate()
            if adopting:
                _adopt()
    except DatabaseError as error:
        where = "HUIYING_DATABASE_URL 指向的数据库" if os.environ.get("HUIYING_DATABASE_URL") else "数据目录里的数据库"
        raise Stop(
            f"用不了{where}（{str(error).strip().splitlines()[0]}）。请检查它是否完好、能否连上。", USAGE
        ) from error
    except (RegulationError, UsageError) as error:
        raise Stop(f"不能采用环境变量 HUIYING_REGULATION 指定的制度：{error}", USAGE) from error


def keys_in_place() -> None:
    """The keys in use are there, those of an empty home are made. Raises Stop where one is gone or another one: what is
    sealed would not open, and what is sealed from now on only with the wrong key (S14).
    """
    from huiying.cli.main import FOUND
    from huiying.keeping import drift, keys
    from huiying.kernel.keyfiles import KeyFileError

    try:
        wrong = keys.prepare()
    except KeyFileError as error:
        wrong = [str(error)]
    if wrong:
        raise Stop(f"没有启动：{'；'.join(wrong)}。", FOUND)
    if os.environ.get("HUIYING_DEMO") != "1" and (ahead := drift.entries_ahead()) is not None:
        complain(f"{ahead.sentence}。{drift.TO_DO}。")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Several processes may start at once, in large mode on several machines: one of them makes the tables."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "postgresql":
        from huiying.kernel.sqlite.base import turn

        with turn(settings.HOME / "huiying.sqlite3.starting", patience=_PATIENCE):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_STARTING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_STARTING])


def _migrate() -> None:
    """Bring the tables to this version of the program. Raises Stop where no way leads from those that are there."""
    done, wanted = _recorded(), migrations_on_disk()
    if wanted <= done or _made_at_once():
        return
    _require_a_way_up(done, wanted)
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def _recorded() -> set[tuple[str, str]]:
    """App and name of every migration that the database holds as done: no need to load them all to see that."""
    from django.conf import settings
    from django.db import connection

    if settings.MIGRATION_MODULES or "django_migrations" not in connection.introspection.table_names():
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def _require_a_way_up(done: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> None:
    """Refuse tables of a development version from before the first release: `migrate` would take `0001_initial` of a
    room for done, and stop halfway in the next one. Raises Stop before anything is written.
    """
    from django.apps import apps
    from django.conf import settings

    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("huiying.")}
    unknown = sorted(f"{app}.{name}" for app, name in done - wanted if app in rooms)
    if not unknown:
        return
    where, instead = f"数据目录 {settings.HOME} 里的数据库", "用环境变量 HUIYING_HOME 另指一个空目录"
    if os.environ.get("HUIYING_DATABASE_URL"):
        where, instead = "HUIYING_DATABASE_URL 指向的数据库", "另建一个空库，并换一个空的 HUIYING_HOME"
    raise Stop(
        f"用不了{where}：它是首次发布之前的开发版本建的（记有本程序没有的建表步骤 {unknown[0]} 等 {len(unknown)} 个），"
        f"不能升级到这个版本。请{instead}，重新开始；原来的数据没有改动。",
        USAGE,
    )


def _made_at_once() -> bool:
    """A new SQLite home gets its tables from one file of SQL (docs/adr/0015); False where that can not be."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite" or settings.MIGRATION_MODULES or connection.introspection.table_names():
        return False
    from huiying.kernel.sqlite import base

    return base.make(connection, migrations_on_disk())


def migrations_on_disk() -> set[tuple[str, str]]:
    """App and name of every migration."""
    from django.apps import apps

    folders = ((config.label, Path(config.path) / "migrations") for config in apps.get_app_configs())
    return {(label, file.stem) for label, folder in folders for file in folder.glob("[0-9]*.py")}


def _adopt() -> None:
    from huiying.people.models import RegulationVersion

    if RegulationVersion.objects.exists():
        return
    from django.conf import settings

    from huiying.ledger.actions import Actor
    from huiying.people import versions
    from huiying.people.actions import adopt_regulation
    from huiying.regulation import loader

    regulation = loader.load(settings.REGULATION)
    versions.already_read(regulation)
    adopt_regulation(regulation.text, Actor.SYSTEM)
