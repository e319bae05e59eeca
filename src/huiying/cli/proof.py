"""`check`, `ledger verify`, `export ledger|case`, `assess`, `bench`: what an inspector runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from huiying.cli.main import DONE, FOUND, USAGE, Stop, complain, say, text
from huiying.cli.ready import loaded, ready


def check(options: argparse.Namespace) -> int:
    ready()
    from django.utils import timezone

    from huiying.demo.clock import stand_where_it_stands
    from huiying.documents import audits as papers  # noqa: F401  registers what documents say against the ledger
    from huiying.handling import audits  # noqa: F401  registers what is late on cases
    from huiying.kernel import clock
    from huiying.ledger import queries
    from huiying.overseeing.auditing import (
        cases as planted,  # noqa: F401  registers what the tables say against the ledger
        comparing,
    )
    from huiying.work import auditor

    try:
        if stand_where_it_stands():
            comparing.in_a_replay()
    except ValueError as error:
        raise Stop(str(error), USAGE) from error
    if options.today:
        auditor.look(auditor.part_of(timezone.localtime(clock.now()).date()))
    findings = auditor.check(full=options.full)
    report = queries.verify()
    rows = [{"code": f.code, "severity": f.severity, "sentence": f.sentence_zh} for f in findings]
    if not report.ok:
        rows.insert(0, {"code": "broken_chain", "severity": "error", "sentence": str(report.first_bad)})
    if options.json:
        say({"ok": not any(row["severity"] == "error" for row in rows), "findings": rows})
    else:
        for row in rows:
            complain(row["sentence"])
        text("没有发现问题。" if not rows else f"发现 {len(rows)} 项。")
    return FOUND if any(row["severity"] == "error" for row in rows) else DONE


def ledger_verify(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.ledger import commands

    code, result = commands.verify(options.json, delivered_in=[Path(name) for name in options.anchor])
    if code == USAGE:
        complain(str(result["error"] if isinstance(result, dict) else result))
    else:
        say(result) if options.json else text(str(result))
    return int(code)


def ledger_anchor(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.ledger import commands

    return _told(options, *commands.anchor(options.lost))


def ledger_guard(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.ledger import commands

    return _told(options, *commands.guard())


def ledger_adopt(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.ledger import commands

    return _told(options, *commands.adopt(options.reason))


def _told(options: argparse.Namespace, code: int, sentence: str) -> int:
    if code != DONE:
        complain(sentence)
    elif options.json:
        say({"ok": True, "sentence": sentence})
    else:
        text(sentence)
    return code


def keys_list(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.keeping import keys

    known, wrong = keys.told(), keys.faults(deep=True)
    if options.json:
        say({"ok": not wrong, "keys": known, "wrong": wrong})
    for name, mark in () if options.json else sorted(known.items()):
        text(f"{name}  {mark}")
    for sentence in wrong:
        complain(sentence)
    return FOUND if wrong else DONE


def keys_accept(options: argparse.Namespace) -> int:
    ready()
    from huiying.keeping import keys
    from huiying.ledger.actions import Actor

    try:
        mark = keys.accept(options.name, options.reason, Actor.SYSTEM)
    except keys.KeysRefused as error:
        complain(f"{error}。")
        return USAGE
    say({"ok": True, "key": options.name, "mark": mark}) if options.json else text(
        f"已记入台账，{options.name} 现为 {mark}。"
    )
    return DONE


def export_ledger(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.ledger import commands

    code, sentence = commands.export(Path(options.file))
    if code != DONE:
        complain(sentence)
    elif options.json:
        say({"file": options.file, "sentence": sentence})
    else:
        text(sentence)
    return code


def export_case(options: argparse.Namespace) -> int:
    ready()
    from huiying.overseeing import case_export

    try:
        made = case_export.export_case(options.number, Path(options.folder))
    except case_export.ExportRefused as error:
        complain(str(error))
        return USAGE
    for name in made.missing:
        complain(f"原件 {name} 不见了或已被改动；文件夹写好了，但 verify.py 不会通过。")
    if options.json:
        say(made.as_json())
    else:
        text(f"案件 {made.number} 已写入 {made.folder}：{len(made.files)} 个文件，{made.entries} 条台账。")
        text(f"封存值 {made.seal}（请登记在别处，核对时用 python verify.py --seal）。")
    return FOUND if made.missing else DONE


def assess(options: argparse.Namespace) -> int:
    from huiying.regulation.errors import UsageError

    loaded() if options.ledger else ready()
    from huiying.overseeing import commands

    try:
        result = commands.assess(options.period, options.ledger)
    except UsageError as error:
        complain(str(error))
        return USAGE
    say(result) if options.json else text(commands.in_words(result))
    return DONE


def bench(options: argparse.Namespace) -> int:
    from huiying.cli import benching

    rows = []
    try:
        wanted, peers = benching.chosen(options.name), benching.peers(options.peer)
    except LookupError as error:
        complain(str(error))
        return USAGE
    # With --json standard output holds the result alone: who waits reads the rows on the other one.
    told = sys.stderr if options.json else sys.stdout
    for number, name in enumerate(wanted, start=1):
        print(f"正在测 {name}（{number}/{len(wanted)}）……", file=sys.stderr, flush=True)
        for row in benching.rows_of(name, peers):
            rows.append(row)
            print(benching.in_words(row), file=told, flush=True)
    if options.json:
        say(rows)
    return DONE
