"""Plants fifteen small faults, one after another, and says whether the tests meant for each fail: `plant_faults.py`.

Each is one replaced piece of source. What stood there is put back whatever happens. A name on the command line plants
that one alone. Returns 1 where a fault was missed or its place is gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "huiying"
# A database of its own name, so that a run of the suite at the same time meets another.
POSTGRES = "postgres://postgres@127.0.0.1:5432/planted"
FOR_ONE = 900  # seconds


@dataclass(frozen=True)
class Fault:
    """`old` stands once in `file` and becomes `new`; each of `tests` must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    postgres: bool = False


FAULTS = (
    Fault(
        "gate_removed",
        "handling/access.py",
        "if case is None or not opens(user, case):",
        "if case is None:",
        ("tests/api/test_api_gates.py",),
    ),
    Fault(
        "second_person_removed",
        "judging/actions/deciding.py",
        "if proposal.by_user == actor.pk:",
        "if proposal.by_user == -1:",
        ("tests/judging/test_levels.py",),
    ),
    Fault(
        "limit_dropped",
        "portal/limits.py",
        'own = limits.wait(f"portal.ask:{place_of(request)}", HOUR, 10)',
        "own = timedelta()",
        ("tests/portal/test_abuse.py",),
    ),
    Fault(
        "entry_not_recorded",
        "handling/actions/routing.py",
        'record(f"case:{case.number}", "case.accepted", {"department": row.department.name}, who, [row])',
        "assert record",
        ("tests/handling/test_guards_and_their_record.py",),
    ),
    Fault(
        "deadline_wrong",
        "regulation/deadlines.py",
        "due = regulation.work_calendar.add(start, within)",
        "due = regulation.work_calendar.add(start, within) + timedelta(minutes=1)",
        ("tests/regulation/test_deadlines.py",),
    ),
    Fault(
        "sentence_wrong",
        "handling/process.py",
        "此件当前的状态下不能这样办理。",
        "此件现在不能这样办理。",
        ("tests/whole/test_english_is_complete.py",),
    ),
    Fault(
        "state_offers_too_much",
        "handling/process.py",
        '        Step("closed", "close", "（七）事件办结"),\n',
        '        Step("closed", "close", "（七）事件办结"),\n        Step("voided", "void", "INV-1 作废留痕"),\n',
        ("tests/handling/test_every_state_and_verb.py",),
    ),
    Fault(
        "words_in_the_sql",
        "desk/views/cases.py",
        "found = found.filter(title__icontains=word)",
        "found = found.extra(where=[f\"handling_case.title LIKE '%%{word}%%'\"])",
        ("tests/whole/test_no_value_breaks_an_address.py",),
    ),
    Fault(
        "mask_off",
        "kernel/masking.py",
        "if not may_tell(text):",
        "if text:",
        ("tests/kernel/test_masking.py",),
    ),
    Fault(
        "audit_blind",
        "ledger/comparing.py",
        "if last.digests.get(column) != digest:",
        "if last.digests.get(column, digest) != digest and not last.at:",
        ("tests/handling/test_kept_rows_of_handling.py", "tests/people/test_kept_rows_of_people.py"),
    ),
    Fault(
        "lock_missing",
        "handling/actions/base.py",
        'Case.objects.select_for_update(of=("self",)).select_related',
        "Case.objects.select_related",
        ("tests/whole/test_two_at_once.py",),
    ),
    Fault(
        "wrong_on_postgresql_alone",
        "listening/searching.py",
        "{':*' if one.is_prefix else ''}",
        "",
        ("tests/listening/test_search_index.py", "tests/listening/test_search_stretches.py"),
        postgres=True,
    ),
    Fault(
        "template_unescaped",
        "desk/templates/desk/posts.html",
        "{{ row.post.text|marked:row.words }}",
        "{{ row.post.text|safe }}",
        ("tests/whole/test_hostile_text_stays_text.py",),
    ),
    Fault(
        "address_open_to_strangers",
        "api/urls.py",
        "auth=staff,",
        "auth=None,",
        ("tests/api/test_api_gates.py",),
    ),
    Fault(
        "digest_wrong",
        "ledger/hashing.py",
        "return canonical.sha256(salt, payload)",
        "return canonical.sha256(salt, payload[:64])",
        ("tests/ledger/test_verify.py",),
    ),
)


@contextmanager
def planted(fault: Fault) -> Iterator[bool]:
    """The fault stands in the source; False where its place is not there exactly once.

    The file's time is moved, so that no kept bytecode of the sound text is taken for it, and put back.
    """
    path = SOURCE / fault.file
    before, sound = path.stat(), path.read_text(encoding="utf-8")
    if sound.count(fault.old) != 1:
        yield False
        return
    try:
        path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
        os.utime(path, (before.st_atime, before.st_mtime + 1000))
        yield True
    finally:
        path.write_text(sound, encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def fails(test: str, *, postgres: bool) -> bool:
    """Whether a test of that file fails, in itself or in what is asked of its rows afterwards (`agreeing_rows`).

    A file that cannot even be collected (exit status 2) or never ends proves nothing.
    """
    with tempfile.TemporaryDirectory(prefix="huiying-planted-") as home:
        env = {**os.environ, "HUIYING_HOME": home, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {"HUIYING_DATABASE_URL": POSTGRES if postgres else ""}
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--create-db", test]
        try:
            done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, timeout=FOR_ONE)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 1


def main() -> int:
    wanted = sys.argv[1:]
    missed = 0
    for fault in (fault for fault in FAULTS if not wanted or fault.name in wanted):
        began = time.monotonic()
        with planted(fault) as there:
            unseen = [test for test in fault.tests if there and not fails(test, postgres=fault.postgres)]
        said = "its place is gone" if not there else f"missed by {', '.join(unseen)}" if unseen else "caught"
        missed += said != "caught"
        print(f"{fault.name:28} {said} ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
