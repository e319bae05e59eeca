"""Parsing of arguments and printing; what a command does stands in the sibling modules, imported when it is called."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn


class Stop(Exception):
    """The command can not go on: `sentence` says what, where and what to do; `code` is the exit status."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def say(result: Any) -> None:
    """A result as JSON on standard output."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def line(row: Any) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def text(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def complain(sentence: str) -> None:
    sys.stderr.write(f"huiying: {sentence}\n")


DONE, FOUND, USAGE = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """Bad usage is said in one sentence and exits 2."""

    def error(self, message: str) -> NoReturn:
        complain(f"用法不对：{_in_chinese(message)}。试试 {self.prog} --help。")
        raise SystemExit(USAGE)


# What argparse says, in the words of everything else that is printed.
_SAID = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (\S+): invalid choice: '(.*?)' \(choose from (.+)\)", r"没有“\2”，应为 \3 之一"),
    (r"argument (\S+): invalid int value: '(.*)'", r"\1 应为整数，而不是“\2”"),
    (r"argument (\S+): expected (?:at least )?one argument", r"\1 后面要写一个值"),
    (r"argument (\S+): ignored explicit argument '(.*)'", r"\1 不带值，多写了“\2”"),
)


def _in_chinese(message: str) -> str:
    for pattern, words in _SAID:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, words, message, flags=re.DOTALL)
    return message


class _Command:
    """`module:function` behind one command, so that `huiying clocks` never loads Django."""

    def __init__(self, where: str) -> None:
        self.module, _, self.function = where.partition(":")

    def __call__(self, options: argparse.Namespace) -> int:
        result = getattr(importlib.import_module(f"huiying.cli.{self.module}"), self.function)(options)
        assert isinstance(result, int)
        return result


def build() -> Parser:
    parser = Parser(prog="huiying", description="回应 Huiying：听见、研判、公开回应，并能证明。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def add(name: str, where: str, help_text: str, group: argparse._SubParsersAction[Parser] = commands) -> Parser:
        command = group.add_parser(name, help=help_text, description=help_text)
        command.add_argument("--json", action="store_true", help="结果写成 JSON")
        command.set_defaults(run=_Command(where))
        return command

    def group(name: str, help_text: str) -> argparse._SubParsersAction[Parser]:
        return commands.add_parser(name, help=help_text).add_subparsers(dest="action", required=True, metavar="动作")

    for name, help_text in (
        ("run", "启动整个系统：网页和后台循环在一个进程里"),
        ("demo", "启动演示：自己的数据目录、自己的时钟，不连任何真实渠道"),
        ("start", "make run 用：已设立的单位启动 run，否则启动 demo"),
    ):
        command = add(name, f"serving:{name}", help_text)
        command.add_argument("--host", default="127.0.0.1")
        command.add_argument("--port", type=int, default=None, help="默认取环境变量 PORT，再默认 8000")

    ingest = add("ingest", "files:ingest", "导入文件（格式自动识别），并研判")
    ingest.add_argument("files", nargs="+", metavar="FILE")
    ingest.add_argument("--format", default=None, help="文件格式，默认自动识别")
    ingest.add_argument("--history", action="store_true", help="历史资料：入库研判，不预警、不自动立案、不计时")

    for name, help_text in (("screen", "只筛查，不写数据库"), ("cluster", "只聚类，不写数据库")):
        command = add(name, f"files:{name}", help_text)
        command.add_argument("file", metavar="FILE")
        command.add_argument("--rules", default="anshan", help="内置规则名或规则文件")
    command.add_argument("--ignore-parents", action="store_true", help="不使用 parent_id 和 root_id")

    evaluate = add("eval", "files:evaluate", "对照带标注的文件，算出引擎某一部分的准确程度")
    evaluate.add_argument("kind", choices=["screen", "events", "duplicates", "spread", "labels", "alarms"])
    evaluate.add_argument("file", metavar="FILE")
    evaluate.add_argument("--train", default=None, metavar="FILE", help="labels：用这个文件训练；不写则分组交叉验证")

    clocks = add("clocks", "files:clocks", "算出各项时限，逐项写明依据和算法")
    clocks.add_argument("--regulation", required=True, help="内置制度名（anshan）或文件路径")
    clocks.add_argument("--level", required=True)
    clocks.add_argument("--first-known", required=True, metavar="T", help="带时区的时间，如 2026-09-12T10:00:00+08:00")
    clocks.add_argument("--emergency", default=None, metavar="L", help="突发事件级别")

    check = add("check", "files:regulation_check", "检查制度文件", group("regulation", "制度文件"))
    check.add_argument("file", metavar="FILE")

    audit = add("check", "proof:check", "自查：迟到的时钟、停掉的循环、断掉的链；并报出每日核对发现的问题")
    much = audit.add_mutually_exclusive_group()
    much.add_argument("--full", action="store_true", help="现在就把所有文件、信息逐一核对（数据多时要较长时间）")
    much.add_argument("--today", action="store_true", help="核对轮到今天的那一份（后台循环每天自己会做）")
    ledger = group("ledger", "台账")
    verify = add("verify", "proof:ledger_verify", "逐条重算台账的每一条链", ledger)
    anchor = "送到机外的锚定文件，可写多次；台账必须仍含其中的每个链头"
    verify.add_argument("--anchor", action="append", default=[], metavar="FILE", help=anchor)

    again = add("anchor", "proof:ledger_anchor", "现在就把各链的链头写进锚定文件（后台循环每小时自己会做）", ledger)
    again.add_argument("--lost", default=None, metavar="理由", help="锚定文件取不回来了：把丢失记入台账，从头锚定")

    add("guard", "proof:ledger_guard", "把不许改动记录的触发器装回数据库，记入台账", ledger)

    taken = add("adopt", "proof:ledger_adopt", "查明以后：与台账不一致的行按现状登记，逐行记入台账", ledger)
    taken.add_argument("reason", metavar="理由")

    keys = group("keys", "密钥")
    add("list", "proof:keys_list", "列出在用的密钥（只列标记）和有什么不对", keys)
    taken = add("accept", "proof:keys_accept", "原来的密钥取不回来了：记入台账，启用现有的或新的一把", keys)
    taken.add_argument("name", metavar="NAME", help="如 site、sealing")
    taken.add_argument("reason", metavar="理由")

    sources = group("source", "监测来源")
    source = add("add", "sources:add", "打开一个网址或邮箱，认出采集方式，登记为来源", sources)
    source.add_argument("url", metavar="URL", help="网址；邮箱写成 imaps://用户名@主机/文件夹，密码另给")
    source.add_argument("--name", default=None, help="名称，默认取网页的标题")
    source.add_argument("--channel", default=None, metavar="CLASS", help="渠道类别，如 门户网站、论坛")
    source.add_argument("--adapter", default=None, help="采集方式，默认自动识别")
    source.add_argument("--set", action="append", metavar="NAME=VALUE", help="采集方式的设置，如 links=ul>li>a")
    source.add_argument("--since", default=None, metavar="DAY", help="邮箱：从哪一天的信读起，如 2026-09-01")
    source.add_argument("--password-stdin", action="store_true", help="邮箱：密码从标准输入读一行")
    lists = add("import", "sources:import_", "把一份 OPML 来源清单登记为订阅源", sources)
    lists.add_argument("file", metavar="FILE")
    lists.add_argument("--channel", required=True, metavar="CLASS", help="它们的渠道类别，如 门户网站、论坛")
    for asked in (source, lists):
        asked.add_argument("--region", default=None)
        asked.add_argument("--owner", default=None, metavar="ROLE", help="责任岗位，默认值班员")
        asked.add_argument("--backup", default=None, metavar="ROLE", help="备用责任岗位，默认带班领导")
        asked.add_argument("--every", type=int, default=10, metavar="MINUTES", help="最短多少分钟看一次")
        asked.add_argument("--slowest", type=int, default=None, metavar="MINUTES", help="最长多少分钟看一次")
    changed = add("password", "sources:password", "给一个邮箱来源换密码", sources)
    changed.add_argument("id", type=int, metavar="ID")
    changed.add_argument("--password-stdin", action="store_true", help="密码从标准输入读一行")
    add("list", "sources:list_", "列出来源：有新内容、没有新内容、没有采到、来源沉默", sources)
    looked = add("check", "sources:check", "现在就去看，不写编号则看全部", sources)
    looked.add_argument("ids", nargs="*", type=int, metavar="ID")
    add("verify", "sources:evidence_verify", "逐份重算证据和附件的校验值", group("evidence", "证据"))

    exports = group("export", "导出")
    export = add("ledger", "proof:export_ledger", "把整个台账写成一个文件", exports)
    export.add_argument("file", metavar="FILE")
    case = add("case", "proof:export_case", "把一个案件写成归档文件夹，附核对程序", exports)
    case.add_argument("number", metavar="NUMBER", help="案件编号")
    case.add_argument("folder", metavar="DIR", help="还不存在或空的文件夹")

    everything = add("all", "keeping:export_all", "把全部数据按公开格式写成一个文件夹，可带到别处", exports)
    everything.add_argument("folder", metavar="DIR", help="还不存在或空的文件夹")
    _keeping(add, group)

    assess = add("assess", "proof:assess", "只从台账算出一个时期的指标")
    assess.add_argument("--period", required=True, metavar="P", help="2026、2026-Q3 或 2026-09")
    assess.add_argument("--ledger", default=None, metavar="FILE", help="导出的台账文件；不写则用本机台账")

    drills = group("drill", "演练")
    record = add("record", "drilling:record", "把自己办过的一件记成可以演练的风波", drills)
    record.add_argument("number", metavar="NUMBER", help="案件编号")
    record.add_argument("name", metavar="NAME", help="给它起的名字")
    drill = add("run", "drilling:run", "演练一场记录下来的风波，结束时给出复盘", drills)
    drill.add_argument("name", metavar="NAME", help="内置 storm-demo，或自己记录的名字")
    drill.add_argument("--people", default="", metavar="ROLE,…", help="这些岗位由真人在网页上演，其余照脚本")
    drill.add_argument("--host", default="127.0.0.1")
    drill.add_argument("--port", type=int, default=None, help="默认取环境变量 PORT，再默认 8000")
    drill.add_argument("--speed", type=float, default=600.0, metavar="N", help="快多少倍，1 到 600，默认 600")

    _large(add, group)
    bench = add("bench", "proof:bench", "运行性能基准，每项都与同一次运行中的对手或下限相比")
    bench.add_argument("name", nargs="?", default=None)
    peer = "另一个项目的源码目录，可写多次；没有给的对手记为“无从比较”"
    bench.add_argument("--peer", action="append", default=[], metavar="NAME=PATH", help=peer)
    return parser


def _large(add: Callable[..., Parser], group: Callable[[str, str], argparse._SubParsersAction[Parser]]) -> None:
    """Larger than one machine: the parts of `run` apart, and a province's hub."""
    web = add("web", "large:web", "大规模方式：只提供网页，可在多台机器上各开一个")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=int, default=None, help="默认取环境变量 PORT，再默认 8000")
    worker = add("worker", "large:worker", "大规模方式：办理待办，可开任意多个")
    for command in (web, worker):
        command.add_argument("--processes", type=int, default=1, metavar="N", help="进程数，默认 1")
    add("loop", "large:loop", "大规模方式：后台循环，可开任意多个，只有一个在岗，其余候补")
    screener = add("screener", "large:screener", "枢纽：筛查进程，一遍对照所有单位的规则，可开任意多个")
    stream = add("stream", "large:stream", "枢纽：一个单位的接收进程，可开多个，只有一个在收，其余候补")
    hubs = group("hub", "一省的枢纽：多个单位，各有自己的数据库、密钥和台账")
    up = add("up", "large:up", "启动枢纽文件里各单位的后台进程和筛查进程，随本命令结束", hubs)
    pages = add("web", "large:pages", "启动枢纽文件里各单位的网页，随本命令结束", hubs)
    pages.add_argument("--host", default="127.0.0.1")
    check = add("check", "large:check", "检查枢纽文件", hubs)
    feed = add("feed", "large:feed", "把文件里的信息送进枢纽", hubs)
    resend = add("resend", "large:resend", "把已送出的各批再送一次（只保留三天）", hubs)
    prepare = add("prepare", "large:prepare", "建好一个单位的表、密钥和制度（up 会自己调用）", hubs)
    for command in (screener, stream, up, pages, check, feed, resend, prepare):
        command.add_argument("file", metavar="FILE", help="枢纽文件（YAML）")
    for command in (stream, prepare):
        command.add_argument("bureau", metavar="CODE", help="单位在枢纽文件里的 code")
    feed.add_argument("posts", nargs="+", metavar="POSTS", help="一行一条信息的文件（huiying.post/1）")
    resend.add_argument("number", type=int, metavar="N", help="从第几批起")


def _keeping(add: Callable[..., Parser], group: Callable[[str, str], argparse._SubParsersAction[Parser]]) -> None:
    """Copies, and the way back."""
    brought = add("all", "keeping:import_all", "把 export all 的文件夹装进一个空的数据目录", group("import", "导入"))
    brought.add_argument("folder", metavar="DIR")
    brought.add_argument("--seal", default=None, metavar="SHA256", help="导出时登记的封存值，不符则拒绝")
    backup = add("backup", "keeping:backup", "系统运行中做一份加密备份，写完再读回核对")
    backup.add_argument("target", metavar="FILE|DIR", help="新文件，或已有的文件夹（文件名按时间自取）")
    restore = add("restore", "keeping:restore", "把备份恢复到空的数据目录，核对每条链和每份证据")
    restore.add_argument("file", metavar="FILE|DIR", help="备份文件；文件夹则取其中最新的一份")
    for command, words in ((backup, "把密钥另写成一个加密文件，与备份分开保管"), (restore, "备份时另存的密钥文件")):
        command.add_argument("--keys", default=None, metavar="FILE", help=words)
        source = command.add_mutually_exclusive_group()
        source.add_argument("--key-file", default=None, metavar="FILE", help="口令所在的文件；不写则在终端询问")
        source.add_argument("--passphrase-stdin", action="store_true", help="口令从标准输入读一行")


def main(arguments: Sequence[str] | None = None) -> int:
    options = build().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return DONE
    except Stop as stop:
        complain(stop.sentence)
        return stop.code
    except BrokenPipeError:
        # The reader (`| head`) has enough. What is still buffered goes nowhere, or the interpreter would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
