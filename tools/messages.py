"""Keep the English catalogues in step with the source: `python tools/messages.py [--check] [ROOM…]`.

Reads every msgid of a room (templates and Python), updates its `locale/en/LC_MESSAGES/django.po` and
compiles the `.mo` beside it; the `.mo` is committed, because users have no gettext. Existing translations are
kept, new msgids come in empty, msgids that are gone are dropped. Without ROOM, all rooms. `--check` writes
nothing, names each untranslated, unknown or mistranslated msgid and each stale `.mo`, and exits 1 then.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "huiying"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[0-9]*[sd]|%[sd]|\{\w*\}")
# A fixed date: a catalogue changes when its messages do, not when the tool ran.
DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when one is missing")
    parser.add_argument("rooms", nargs="*", metavar="ROOM")
    options = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure(USE_I18N=True)  # templatize asks for the file charset only
    known = sorted(path.parent.name for path in HOUSE.glob("*/__init__.py"))
    if unknown := set(options.rooms) - set(known):
        parser.error(f"没有这些房间：{'、'.join(sorted(unknown))}")
    faults = [fault for room in options.rooms or known for fault in treat(room, options.check)]
    print(
        "\n".join(faults) if faults else "all msgids are translated",
        file=sys.stderr if faults else sys.stdout,
    )
    return 1 if faults else 0


def treat(room: str, check: bool) -> list[str]:
    """Update a room's catalogue, or only look at it. Returns what is wrong, one line each."""
    template = extracted(room)
    path = HOUSE / room / "locale" / "en" / "LC_MESSAGES" / "django.po"
    if not len(template) and not path.exists():
        return []
    catalog = stored(path)
    if check:
        return faults_of(room, template, catalog, path)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, po_bytes(catalog))
    save(path.with_suffix(".mo"), mo_bytes(catalog))
    return faults_of(room, template, catalog, path)


def extracted(room: str) -> Catalog:
    """The msgids of a room with the places where they stand."""
    catalog = new_catalog()
    folder = HOUSE / room
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt", ".xml") or "migrations" in path.parts:
            continue
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        for message, context in messages_in(path):
            where = path.relative_to(HOUSE).as_posix()
            catalog.add(message, locations=[(where, 0)], context=context)
    return catalog


def messages_in(path: Path) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # templatize leaves Python-like calls in blanked-out text; indentation there means nothing.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    source = io.BytesIO(text.encode())
    for _line, message, _comments, context in extract("python", source, KEYWORDS, (), {"encoding": "utf-8"}):
        if message and message != ("",):
            yield message if isinstance(message, str) else (message[0], message[1]), context


def stored(path: Path) -> Catalog:
    catalog = new_catalog()
    if path.exists():
        with path.open("rb") as handle:
            for message in read_po(handle, locale="en"):
                if message.id:
                    catalog.add(message.id, message.string, context=message.context)
    return catalog


def new_catalog() -> Catalog:
    return Catalog(
        locale="en",
        project="huiying",
        version="1",
        copyright_holder="",
        header_comment="# English of the Chinese words in this room.",
        creation_date=DATE,
        revision_date=DATE,
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def faults_of(room: str, template: Catalog, catalog: Catalog, path: Path) -> list[str]:
    wanted = {key(message): message for message in template if message.id}
    have = {key(message): message for message in catalog if message.id}
    faults = [f"{room}: not in the catalogue: {name(wanted[each])}" for each in wanted if each not in have]
    faults += [f"{room}: obsolete: {name(have[each])}" for each in have if each not in wanted]
    for each in have.keys() & wanted.keys():
        faults += [f"{room}: {why}: {name(have[each])}" for why in wrong(have[each])]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != mo_bytes(catalog):
        faults.append(f"{room}: {compiled.name} is older than {path.name}: run tools/messages.py {room}")
    return sorted(faults)


def wrong(message: Message) -> Iterator[str]:
    """What is wrong with one translation: missing, or with other placeholders than its msgid."""
    # Babel gives None for each plural form that is not there yet.
    given = message.string if isinstance(message.string, list | tuple) else [message.string]
    strings = [string or "" for string in given] or [""]
    if not all(strings):
        yield "untranslated"
        return
    identifiers = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = {mark for identifier in identifiers for mark in PLACEHOLDER.findall(identifier)}
    if any(set(PLACEHOLDER.findall(string)) - wanted for string in strings):
        yield "a placeholder that the msgid does not have"
    if wanted - {mark for string in strings for mark in PLACEHOLDER.findall(string)}:
        yield "a placeholder is missing"


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def name(message: Message) -> str:
    return repr(key(message)[1])


def po_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def save(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
