"""`source add|list|check`, `evidence verify` (all files that are kept, not only what sources brought)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from huiying.cli.main import DONE, FOUND, USAGE, complain, say, text
from huiying.cli.ready import ready
from huiying.engine.lines import Rejected


def add(options: argparse.Namespace) -> int:
    """Look at the address, say what was found, take it up. Exit 1 where it cannot be collected."""
    ready()
    from huiying.ledger.actions import Actor
    from huiying.listening import probing
    from huiying.listening.actions import sources
    from huiying.people.errors import Refused
    from huiying.people.versions import regulation_now

    regulation = regulation_now()
    if options.channel and options.channel not in regulation.channel_classes:
        complain(f"没有渠道类别“{options.channel}”，应为 {'、'.join(regulation.channel_classes)} 之一。")
        return USAGE
    try:
        if options.url.strip().startswith(("imap://", "imaps://")):
            return _add_box(options, _facts(options, "") | {"name": options.name or options.url.rpartition("@")[2]})
        probe = probing.probe(options.url, options.adapter or "", _config(options))
        told = sources.SourceData(
            **_facts(options, probe.channel_class)
            | {
                "name": options.name or probe.found.reading.title or probe.platform or options.url,
                "adapter": probe.found.adapter,
                "url": options.url.strip(),
                "config": probe.found.config,
            }
        )
        added = sources.add_source(told, Actor.SYSTEM)
    except Refused as refused:
        complain(refused.sentence)
        return FOUND
    found = [{"title": item.title, "url": item.url} for item in probe.found.reading.items[:5]]
    if options.json:
        items = len(probe.found.reading.items)
        say(_row(added.source) | {"config": probe.found.config, "items": items, "preview": found})
    else:
        source = added.source
        text(f"已登记来源 {source.pk}“{source.name}”：{source.channel_class}，采集方式 {source.adapter}。")
        text(f"现在有 {len(probe.found.reading.items)} 条，编码 {probe.encoding}。例如：")
        for item in found:
            text(f"  {item['title'] or item['url']}")
    return DONE


def _facts(options: argparse.Namespace, known: str) -> dict[str, Any]:
    """What is said of every source; `known` is the channel class that its host is known as."""
    from huiying.listening.actions import sources
    from huiying.people.versions import regulation_now

    classes = regulation_now().channel_classes
    owner, backup = sources.default_roles()
    return {
        "channel_class": options.channel or (known if known in classes else classes[0]),
        "region": options.region or "",
        "owner_role": options.owner or owner,
        "backup_role": options.backup or backup,
        "min_minutes": options.every,
        "max_minutes": max(options.every, 240) if options.slowest is None else options.slowest,
    }


def _add_box(options: argparse.Namespace, facts: dict[str, Any]) -> int:
    """A mail box: opened once, then taken up. Its password is no argument: those can be read in a list of processes."""
    import datetime as dt

    from huiying.engine.post import OWN_CLASSES
    from huiying.kernel import clock
    from huiying.ledger.actions import Actor
    from huiying.listening import probing
    from huiying.listening.actions import sources

    day = clock.now().date() - sources.BOX_LOOKS_BACK
    if options.since:
        try:
            day = dt.date.fromisoformat(options.since)
        except ValueError:
            complain(f"--since 应写成 2026-09-01 这样的日期，而不是“{options.since}”。")
            return USAGE
    password = _password(options)
    if not password:
        complain("没有密码。加 --password-stdin 从标准输入给，或设环境变量 HUIYING_MAILBOX_PASSWORD。")
        return USAGE
    url = options.url.strip()
    seen = probing.probe_box(url, password, day)
    told = sources.SourceData(
        **facts,
        adapter="mailbox",
        url=url,
        config={"since": day.isoformat()},
        password=password,
        own_channel=facts["channel_class"] in OWN_CLASSES,
    )
    source = sources.add_source(told, Actor.SYSTEM).source
    if options.json:
        say(_row(source) | {"config": source.config, "letters": seen.letters, "to_read": seen.to_read})
    else:
        text(f"已登记来源 {source.pk}“{source.name}”：{source.channel_class}，采集方式 {source.adapter}。")
        text(f"文件夹里有 {seen.letters} 封信，从 {day} 起的 {seen.to_read} 封会读进来。")
    return DONE


def import_(options: argparse.Namespace) -> int:
    """Take up the feeds of an OPML list; exit 1 where a row was not taken."""
    ready()
    from huiying.ledger.actions import Actor
    from huiying.listening.actions import sources
    from huiying.listening.importing import feeds
    from huiying.listening.importing.look import File, Unreadable
    from huiying.listening.importing.registry import UsageError, opened
    from huiying.listening.importing.rows import Options
    from huiying.people.errors import Refused
    from huiying.people.versions import regulation_now

    known = regulation_now().channel_classes
    if options.channel not in known:
        complain(f"没有渠道类别“{options.channel}”，应为 {'、'.join(known)} 之一。")
        return USAGE
    path = Path(options.file)
    if not path.is_file():
        complain(f"没有文件 {options.file}。请写一个 OPML 文件的路径。")
        return USAGE
    try:
        with opened(File.of(path), feeds.OPML) as found:
            rejected = [row.as_row() for row in found.rows(Options()) if isinstance(row, Rejected)]
            rows = found.sources
    except (UsageError, Unreadable) as error:
        complain(str(error))
        return USAGE
    if not rows and not rejected:
        complain(f"{options.file} 里一个来源也没有。")
        return FOUND
    added = []
    try:
        for begin in range(0, len(rows), sources.MOST_AT_ONCE):
            part = rows[begin : begin + sources.MOST_AT_ONCE]
            taken = sources.take_up(part, sources.SourceData(name="", adapter="", **_facts(options, "")), Actor.SYSTEM)
            added += taken.added
            rejected += [{"file": row.file, "line": row.line, "reason": row.reason} for row in taken.refused]
    except Refused as refused:
        complain(refused.sentence)
        return FOUND
    rejected.sort(key=lambda row: (row["file"], row["line"]))
    for row in rejected:
        complain(f"{row['file']}:{row['line']} {row['reason']}")
    if options.json:
        say({"added": [_row(source) for source in added], "rejected": rejected})
    else:
        text(f"登记 {len(added)} 个来源，{len(rejected)} 行没有登记。")
    return FOUND if rejected else DONE


def password(options: argparse.Namespace) -> int:
    """A new password for a mail box that is registered."""
    ready()
    from huiying.ledger.actions import Actor
    from huiying.listening.actions import sources
    from huiying.listening.models import Source
    from huiying.people.errors import Refused

    source = Source.objects.filter(pk=options.id).first()
    if source is None:
        complain(f"没有编号为 {options.id} 的来源。用 huiying source list 查看。")
        return USAGE
    try:
        changed = sources.change_password(source, _password(options), Actor.SYSTEM)
    except Refused as refused:
        complain(refused.sentence)
        return FOUND
    say(_row(changed)) if options.json else text(f"来源 {changed.pk}“{changed.name}”的密码已换，马上去看。")
    return DONE


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return os.environ.get("HUIYING_MAILBOX_PASSWORD", "")


def _config(options: argparse.Namespace) -> dict[str, Any]:
    pairs = [pair.partition("=") for pair in options.set or ()]
    return {key: value for key, _equals, value in pairs}


def list_(options: argparse.Namespace) -> int:
    ready()
    from django.utils import timezone

    from huiying.kernel import clock
    from huiying.listening import rhythm, source_queries

    rows = [_row(source) for source in source_queries.sources()]
    if options.json:
        say(rows)
        return DONE
    for row in rows:
        why = f"（{row['why']}）" if row["why"] else ""
        text(f"{row['id']:>5}  {row['state_words']}{why}  {row['channel_class']}  {row['name']}  {row['url']}")
    if not rows:
        text("还没有登记来源。用 huiying source add 网址 登记一个。")
    bad = [row for row in rows if row["state"] in rhythm.RED]
    text(f"共 {len(rows)} 个，{len(bad)} 个没有采到（截至 {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}）。")
    return DONE


def check(options: argparse.Namespace) -> int:
    """Look at sources now, in this process; exit 1 where one is not collected."""
    ready()
    from huiying.listening import probing

    wanted = list(options.ids or ())
    try:
        rows = probing.check_now(wanted)
    except LookupError as error:
        complain(f"没有编号为 {error} 的来源，或它已停用。用 huiying source list 查看。")
        return USAGE
    shown = [_row(source) for source in rows]
    if options.json:
        say(shown)
    for row in [] if options.json else shown:
        why = f"（{row['why']}）" if row["why"] else ""
        text(f"{row['id']:>5}  {row['state_words']}{why}  新 {row['last_new']} 条  {row['name']}")
    return FOUND if any(row["state"] in ("failed", "unchecked") for row in shown) else DONE


def _row(source: Any) -> dict[str, Any]:
    from huiying.listening.source_queries import as_row

    return as_row(source)


def evidence_verify(options: argparse.Namespace) -> int:
    ready(bare=True)
    from huiying.keeping import evidence

    report = evidence.verify()
    gone = evidence.rows_gone(report.unknown)
    for item in report.bad:
        complain(str(item))
    for name, place in gone:
        complain(f"文件 {name}：台账 {place}登记过，数据库里的那一行不见了")
    others = [name for name in report.unknown if name not in {name for name, _place in gone}]
    for name in others:
        complain(f"文件 {name}：没有哪一行记着它，多半是断电留下的")
    bad = [{"kind": one.what, "evidence": one.pk, "file": one.file, "why": one.why} for one in report.bad]
    bad += [
        {"kind": "文件", "evidence": 0, "file": name, "why": f"台账 {place}登记过，数据库里没有"}
        for name, place in gone
    ]
    if options.json:
        counts = {"checked": report.checked, "purged": report.purged, "orphans": len(others)}
        say({"ok": not bad, **counts, "bad": bad})
    else:
        text(f"核对 {report.checked} 份文件，{len(bad)} 份有问题；到期销毁 {report.purged} 份。")
        if others:
            text(f"另有 {len(others)} 个文件没有哪一行记着。")
    return FOUND if bad else DONE
