"""Are the keys the ones that were in use? The ledger knows each by its mark, never the key itself (S14).

A key that is gone or another one makes everything sealed unreadable, and a new one in its place hides that. So `run`
does not start then, `check` and `/healthz` say it, and only `huiying keys accept` takes another key, on record.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction

from huiying.kernel import keyfiles, sealing
from huiying.ledger import kept
from huiying.ledger.actions import SYSTEM_CHAIN, Actor, lock, record
from huiying.ledger.models import LedgerEntry
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every

IN_USE, REPLACED = "key.in_use", "key.replaced"
SITE, SEALING, ROWS = "site", "sealing", kept.KEY
_FOR = {
    SITE: "登录状态和网址里的一次性凭证",
    SEALING: "联系方式、来信原文、证据、附件和二次验证",
    "codes": "群众的查询码",
    "followers": "关注进展的退订链接",
    ROWS: "台账对各表每一行的校验",
    "limits": "限速",
    "shares": "转给外单位的材料",
    "release": "公开发布的签名",
}
_LOST = {
    SITE: "已登录的人要重新登录",
    ROWS: "此前各行的校验都对不上，再运行 huiying ledger adopt 理由，按现状登记",
}
_HEAD = 3  # of a sealed token: what comes before the mark of its key


class KeysRefused(Exception):
    """A key can not be accepted; a sentence says why."""


def told() -> dict[str, str]:
    """Name → mark of each key in use, as the ledger has it."""
    rows = LedgerEntry.objects.filter(chain=SYSTEM_CHAIN, kind__in=(IN_USE, REPLACED)).order_by("seq")
    return {data["key"]: data["mark"] for data in (row.data for row in rows) if data}


def faults(*, deep: bool = False) -> list[str]:
    """What is wrong with the keys, each in a sentence that says what to do. `deep` also looks at sealed data itself."""
    wanted = told()
    for name in (SEALING, *(name for name in _FOR if name != SITE)):
        if name not in wanted and (mark := keyfiles.remembered(name)):
            wanted[name] = mark
    if deep and SEALING not in wanted and (mark := _mark_of_sealed()):
        wanted[SEALING] = mark
    found = (_fault(name, mark) for name, mark in sorted(wanted.items()))
    return [sentence for sentence in found if sentence]


def _fault(name: str, mark: str) -> str:
    there = keyfiles.mark_of(name)
    if there == mark:
        noted = keyfiles.remembered(name)
        if not noted or noted == mark:
            return ""
        return (
            f"标记文件 {name}.keyid 被改过（写的是 {noted[:16]}，应为 {mark}）；密钥本身没有错。"
            f"请把 {name}.keyid 改回 {mark}，并查明是谁改动的"
        )
    what = "已损坏" if keyfiles.path_of(name).exists() else "不见了"
    what = "不是原来的那一把" if there else what
    now = f"，现为 {there}" if there else ""
    lost = _LOST.get(name, "用原来那一把封存的内容从此打不开")
    return (
        f"密钥 keys/{name}.key {what}（应为 {mark}{now}；用于{_FOR.get(name, '封存')}）。请从密钥备份取回原来的文件；"
        f"确实取不回的，运行 huiying keys accept {name} 理由，记入台账后启用现有的或新的一把，{lost}"
    )


def adopt() -> list[str]:
    """Put on record the keys of which the ledger does not know yet; gives their names. Nothing while one is wrong."""
    if faults(deep=True):
        return []
    known = told()
    new = [name for name in keyfiles.names() if name not in known and keyfiles.mark_of(name)]
    if new:
        with transaction.atomic():
            lock(SYSTEM_CHAIN)
            known = told()
            for name in new:
                if name not in known:
                    record(SYSTEM_CHAIN, IN_USE, {"key": name, "mark": keyfiles.mark_of(name)}, Actor.SYSTEM)
    return new


def prepare() -> list[str]:
    """Before the system starts: what is wrong, or else make what an empty home lacks and put the keys on record."""
    if wrong := faults(deep=True):
        return wrong
    keyfiles.load(SEALING)
    keyfiles.load(ROWS)
    adopt()
    return []


def accept(name: str, reason: str, actor: Actor) -> str:
    """Use the key that is there from now on, or a new one where there is none; gives its mark. Raises KeysRefused."""
    mark = told().get(name) or keyfiles.remembered(name) or (_mark_of_sealed() if name == SEALING else "")
    if not mark:
        raise KeysRefused(f"没有在用的密钥 {name}；在用的有 {'、'.join(sorted(told())) or '（还没有）'}")
    if not _fault(name, mark):
        raise KeysRefused(f"密钥 {name} 就是原来的那一把，不需要更换")
    if len(reason.strip()) < 4:
        raise KeysRefused("请写明原来的密钥怎么了、为什么取不回来，至少 4 个字")
    path = keyfiles.path_of(name)
    if not keyfiles.mark_of(name):
        path.unlink(missing_ok=True)
        (path.parent.parent / f"{name}.keyid").unlink(missing_ok=True)
        keyfiles.load(name)
    if name != SITE:
        keyfiles.remember(name)
    now = keyfiles.mark_of(name)
    payload = {"key": name, "mark": now, "before": mark, "reason": reason.strip()[:500]}
    with transaction.atomic():
        lock(SYSTEM_CHAIN)
        record(SYSTEM_CHAIN, REPLACED, payload, actor)
    return now


def after_restore() -> None:
    """Inside the transaction of a restore: the new machine signs with a key of its own."""
    known, mark = told(), keyfiles.mark_of(SITE)
    if SITE in known and mark and known[SITE] != mark:
        payload = {"key": SITE, "mark": mark, "before": known[SITE], "reason": "恢复到另一个数据目录"}
        record(SYSTEM_CHAIN, REPLACED, payload, Actor.SYSTEM)


def _mark_of_sealed() -> str:
    """The mark of the key that something sealed in the database names; "" where nothing is sealed."""
    for model, field in _sealed_columns():
        token = model._base_manager.exclude(**{field: None}).values_list(field, flat=True).order_by("-pk").first()
        if token is not None and bytes(token).startswith(sealing.MAGIC):
            return bytes(token)[_HEAD : _HEAD + keyfiles.ID_BYTES].hex()
    return ""


def _sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and (field.name.startswith("sealed_") or field.name == "secret"):
                yield model, field.name


@every("keeping.keys", 600, transactional=False)
def keys_are_known() -> None:
    """A key that was made on first use is on record soon after."""
    adopt()


@auditor("keys")
def keys_are_those_in_use() -> list[Finding]:
    return [
        Finding("keys.wrong", "error", sentence, f"A key file is missing, damaged or another one: {sentence}")
        for sentence in faults(deep=True)
    ]
