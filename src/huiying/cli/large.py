"""`web`, `worker`, `loop`, `screener`, `stream`, `hub …`: larger than one machine."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Final

from huiying.cli.main import DONE, FOUND, USAGE, Stop, complain, say, text
from huiying.cli.ready import keys_in_place, loaded, one_at_a_time, ready
from huiying.cli.serving import free_port

if TYPE_CHECKING:
    from huiying.hub.hubfile import Bureau, Hub

_NEEDED: Final = ("celery", "granian")


def web(options: argparse.Namespace) -> int:
    _equipped()
    port = free_port(options)
    _ready_apart(settling=True)
    from django.conf import settings

    from huiying.hub import apart
    from huiying.people.actions import offer_set_up

    if settings.DEMO:
        from huiying.demo.guard import refuse_unless_safe

        if (why := refuse_unless_safe(options.host)) is not None:
            raise Stop(why, USAGE)
    address = f"http://{options.host}:{port}"
    text(f"回应已启动：{address}/ （公众）  {address}/desk/ （工作人员）  按 Ctrl-C 停止。")
    if not settings.DEMO and (token := offer_set_up()) is not None:
        text(f"首次设立单位，请打开一次性链接：{address}/desk/set-up/{token}/")
    sys.stdout.flush()
    return apart.web(options.host, port, _processes(options))


def worker(options: argparse.Namespace) -> int:
    _equipped()
    _ready_apart()
    from huiying.hub import apart

    return apart.worker(_processes(options))


def loop(_options: argparse.Namespace) -> int:
    _equipped()
    _ready_apart()
    from huiying.hub import apart

    return apart.loop()


def screener(options: argparse.Namespace) -> int:
    _equipped()
    hub = _hub(options)
    os.environ.setdefault("HUIYING_HOME", str(hub.key.parent / "screener"))
    loaded()
    from huiying.hub import apart, consuming

    return _until_told(lambda stop: consuming.screener(hub, stop), apart.until_told())


def stream(options: argparse.Namespace) -> int:
    _equipped()
    hub = _hub(options)
    bureau = _bureau(hub, options.bureau)
    os.environ.update(hub.environment(bureau))
    _ready_apart()
    from huiying.hub import apart, consuming

    return _until_told(lambda stop: consuming.stream(hub, bureau, stop), apart.until_told())


def up(options: argparse.Namespace) -> int:
    """Terminal one. Ends its children with itself."""
    _equipped()
    hub = _hub(options)
    loaded_for(hub)
    import psycopg

    from huiying.hub import apart, broker, supervising

    stop = apart.until_told()
    broker.key(hub.key)
    try:
        supervising.prepare(hub)
    except psycopg.Error as error:
        raise Stop(f"用不了枢纽文件里的数据库（{str(error).strip().splitlines()[0]}）。", USAGE) from error
    if hub.demonstration:
        from huiying.hub import demonstrating

        demonstrating.shared_clock(hub).resume()
    found = supervising.children(hub)
    text(f"枢纽 {hub.name} 已启动：{'、'.join(child.name for child in found)}。按 Ctrl-C 停止。")
    text(f"另开一个终端运行 huiying hub web {options.file} 打开网页。")
    sys.stdout.flush()
    supervising.supervise(found, stop)
    return DONE


def pages(options: argparse.Namespace) -> int:
    """Terminal two. Needs nothing of terminal one: each bureau's pages make what is missing."""
    _equipped()
    hub = _hub(options)
    loaded_for(hub)
    import psycopg

    from huiying.hub import apart, supervising

    stop = apart.until_told()
    try:
        for bureau in hub.bureaus:
            supervising.make_database(bureau)
    except psycopg.Error as error:
        raise Stop(f"用不了枢纽文件里的数据库（{str(error).strip().splitlines()[0]}）。", USAGE) from error
    supervising.supervise(supervising.pages(hub, options.host), stop)
    return DONE


def check(options: argparse.Namespace) -> int:
    hub = _hub(options)
    if options.json:
        say({"hub": hub.name, "bureaus": [one.code for one in hub.bureaus], "rest": hub.rest})
    else:
        text(f"枢纽文件没有问题：{hub.name}，{len(hub.bureaus)} 个单位，{hub.screeners} 个筛查进程。")
    return DONE


def feed(options: argparse.Namespace) -> int:
    """Into the hub, by way of the bureau that feeds it."""
    hub = _ready_as_rest(options)
    from pathlib import Path

    from huiying.engine.lines import FileUnreadable, Rejected, read_objects
    from huiying.engine.post import Post, PostError, parse_post
    from huiying.hub import feeding

    posts: list[Post] = []
    refused: list[Rejected] = []
    try:
        for name in options.posts:
            for item in read_objects(Path(name)):
                if isinstance(item, Rejected):
                    refused.append(item)
                    continue
                try:
                    posts.append(parse_post(item[1]))
                except PostError as error:
                    refused.append(Rejected(name, item[0], str(error)))
    except FileUnreadable as error:
        complain(str(error))
        return USAGE
    for row in refused:
        complain(f"{row.file}:{row.line} {row.reason}")
    batches = feeding.feed(posts, hub, how="import")
    result = {"posts": len(posts), "batches": batches, "rejected": len(refused)}
    say(result) if options.json else text(f"已写下 {len(posts)} 条，分 {batches} 批，随后台循环送出。")
    return FOUND if refused else DONE


def resend(options: argparse.Namespace) -> int:
    _ready_as_rest(options)
    from huiying.hub import feeding

    text(f"将再送 {feeding.send_again(options.number)} 批；各单位已收过的会自行跳过。")
    return DONE


def prepare(options: argparse.Namespace) -> int:
    hub = _hub(options)
    os.environ.update(hub.environment(_bureau(hub, options.bureau)))
    _ready_apart(settling=True)
    from huiying.hub import consuming

    # After an installation the kernels are compiled once, here, and not by every process of every bureau at once.
    consuming.warm()
    return DONE


def loaded_for(hub: Hub) -> None:
    """Settings without any bureau's database: the supervisor has none."""
    os.environ.setdefault("HUIYING_HOME", str(hub.key.parent / "screener"))
    loaded()


def _until_told(run: object, stop: object) -> int:
    from huiying.hub.broker import Unreadable

    try:
        run(stop)  # type: ignore[operator]
    except Unreadable as error:
        raise Stop(f"{error}。请把枢纽的密钥文件复制到这台机器，再启动。", FOUND) from error
    return DONE


def _ready_apart(*, settling: bool = False) -> None:
    """Tables, and this process's part in a demonstration; with `settling` its people too, for who may come first."""
    ready()
    from huiying.hub import demonstrating, loop_tasks

    hub = loop_tasks.hub()
    if settling and os.environ.get("HUIYING_DEMO") and hub is not None:
        demonstrating.take_part_in_time(hub)
        with one_at_a_time():
            demonstrating.settle_in()
    demonstrating.take_part()
    keys_in_place()


def _ready_as_rest(options: argparse.Namespace) -> Hub:
    hub = _hub(options)
    os.environ.update(hub.environment(_bureau(hub, hub.rest)))
    ready()
    return hub


def _hub(options: argparse.Namespace) -> Hub:
    from huiying.hub.hubfile import HubFileError, load

    try:
        return load(options.file)
    except HubFileError as error:
        raise Stop(str(error), USAGE) from error


def _bureau(hub: Hub, code: str) -> Bureau:
    found = hub.bureau(code)
    if found is None:
        raise Stop(f"枢纽文件里没有单位“{code}”，应为 {'、'.join(one.code for one in hub.bureaus)} 之一。", USAGE)
    return found


def _processes(options: argparse.Namespace) -> int:
    if options.processes < 1:
        raise Stop(f"--processes 应为不小于 1 的整数，而不是 {options.processes}。", USAGE)
    return int(options.processes)


def _equipped() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Stop(f"大规模方式还要 {'、'.join(missing)}：请安装 requirements-large.lock（make large 会装）。", USAGE)
