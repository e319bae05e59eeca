"""`backup`, `restore`, `export all`, `import all`: the passphrase never stands on the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from huiying.cli.main import DONE, FOUND, USAGE, Stop, complain, say, text
from huiying.cli.ready import ready

T = TypeVar("T")


def backup(options: argparse.Namespace) -> int:
    ready()
    from huiying.keeping import backup as keeping

    passphrase = _passphrase(options, twice=True)
    keys = Path(options.keys) if options.keys else None
    made = _or_stop(lambda: keeping.backup(Path(options.target), passphrase, keys=keys))
    for fault in made.manifest.faults:
        complain(f"备份做好了，但原系统里有问题：{fault}")
    if options.json:
        say(made.as_json())
    else:
        text(f"备份已写入 {made.file}（{_mebibytes(made.size)}），并读回核对：{_counts(made.as_json())}。")
        where = (
            f"密钥另存于 {keys}，请与备份分开保管。" if keys else "备份不含密钥；请另行保管 keys/ 或用 --keys 另存。"
        )
        text(f"SHA-256 {made.sha256}。{where}")
    return FOUND if made.manifest.faults else DONE


def restore(options: argparse.Namespace) -> int:
    ready(adopting=False)
    from huiying.keeping import backup as keeping

    passphrase = _passphrase(options, twice=False)
    keys = Path(options.keys) if options.keys else None
    return _report(_or_stop(lambda: keeping.restore(Path(options.file), passphrase, keys=keys)), options)


def export_all(options: argparse.Namespace) -> int:
    ready()
    from huiying.keeping import exporting

    made = _or_stop(lambda: exporting.export_all(Path(options.folder)))
    for fault in made.faults:
        complain(f"导出做好了，但系统里有问题：{fault}")
    if options.json:
        say({"ok": not made.faults, "folder": options.folder, "seal": made.seal, "tables": len(made.tables),
             "rows": made.rows, "files": len(made.files), "entries": made.ledger["entries"]})  # fmt: skip
    else:
        text(f"全部数据已写入 {options.folder}：{len(made.tables)} 个表、{made.rows} 行、{len(made.files)} 个文件。")
        text(f"封存值 {made.seal}（请登记在别处，导入时用 --seal 核对）。不含密钥；封存的内容要用 keys/ 才能打开。")
    return FOUND if made.faults else DONE


def import_all(options: argparse.Namespace) -> int:
    ready(adopting=False)
    from huiying.keeping import importing

    folder = Path(options.folder)
    if options.seal and _or_stop(lambda: importing.read_manifest(folder)).seal != options.seal.strip().lower():
        raise Stop("封存值不符：清单被改动过，或不是登记的那一份。没有导入。", FOUND)
    on_record = importing.put_on_record("import", folder.name)
    return _report(_or_stop(lambda: importing.import_all(folder, on_record=on_record)), options)


def _report(arrived: object, options: argparse.Namespace) -> int:
    from huiying.keeping.importing import Arrived

    assert isinstance(arrived, Arrived)
    made = arrived.as_json()
    for fault in arrived.manifest.faults:
        complain(f"原系统里就有的问题，照原样恢复：{fault}")
    if options.json:
        say(made)
    else:
        text(f"已恢复 {arrived.manifest.made_at} 的全部数据：{_counts(made)}。")
        proven = "都相符" if not arrived.manifest.faults else "除上面列出的以外都相符"
        text(f"已重算并核对，{proven}：台账每条链、锚定和链头（总校验值 {arrived.manifest.ledger['heads']}），")
        text(f"每份证据和附件的校验值，以及下列各项与台账：{'、'.join(arrived.manifest.compared.get('what', ()))}。")
        text(
            "没有核对的：台账没有登记的表和列（见 docs/operations.md“What is compared”）、规则等设置文件的内容。"
            "它是不是那一天的那一份，请用机外的锚定文件核对：huiying ledger verify --anchor FILE。"
        )
        if arrived.waiting:
            text(
                f"有 {arrived.waiting} 件待办（通知、对外发送等）当时没有做完，启动后会接着做；演练时请先断开对外网络。"
            )
    return FOUND if arrived.manifest.faults else DONE


def _counts(made: dict[str, object]) -> str:
    return (
        f"{made['tables']} 个表 {made['rows']} 行，{made['files']} 个文件，"
        f"台账 {made['chains']} 条链 {made['entries']} 条，证据 {made['evidence']} 份"
    )


def _or_stop(act: Callable[[], T]) -> T:
    """What can not be done is one sentence: exit 2 where nothing was tried, 1 where something is damaged."""
    from huiying.keeping.exporting import Refused
    from huiying.keeping.manifest import Damaged
    from huiying.keeping.tables import TableError
    from huiying.kernel.keyfiles import KeyFileError

    try:
        return act()
    except Refused as error:
        raise Stop(f"{error}。", USAGE) from error
    except Damaged as error:
        raise Stop(f"拒绝：{error}。副本里的东西一样也没有留下。", FOUND) from error
    except (TableError, KeyFileError) as error:
        raise Stop(str(error), FOUND) from error
    except OSError as error:
        raise Stop(f"读写文件出错（{error.filename or ''} {error.strerror}）。", FOUND) from error


def _passphrase(options: argparse.Namespace, *, twice: bool) -> str:
    """From a file, from standard input, or asked for at the terminal; to seal, twice."""
    from huiying.keeping.backup import SHORTEST, passphrase_in
    from huiying.kernel import secretfiles

    if options.key_file:
        try:
            return secretfiles.read(Path(options.key_file), SHORTEST)
        except secretfiles.SecretRefused as error:
            raise Stop(f"{error}。", USAGE) from error
        except OSError as error:
            raise Stop(f"读不了口令文件 {options.key_file}（{error.strerror}）。", USAGE) from error
    if options.passphrase_stdin:
        return _or_stop(lambda: passphrase_in(sys.stdin.readline()))
    if not sys.stdin.isatty():
        raise Stop("没有口令。请用 --key-file 或 --passphrase-stdin 给出，或在终端里运行。", USAGE)
    asked = getpass.getpass("口令：")
    if twice and getpass.getpass("再输一次：") != asked:
        raise Stop("两次输入的口令不同。", USAGE)
    return _or_stop(lambda: passphrase_in(asked))


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB"
