"""Copies and the clock (S15, S18)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "ledger.anchored": _("链头写入锚定文件第 %(lines)s 行，校验值 %(sha256)s"),
    "ledger.anchors_lost": _("锚定文件丢失：记到第 %(lines)s 行，只剩 %(left)s 行；理由：%(reason)s"),
    "ledger.guarded": _("不许改动记录的触发器有缺，已装回"),
    "ledger.adopted": _("表 %(table)s 有 %(count)s 行与台账不一致，查明后按现状登记，理由：%(reason)s"),
    "key.in_use": _("密钥 %(key)s 开始使用，标记 %(mark)s"),
    "key.replaced": _("密钥 %(key)s 换成标记为 %(mark)s 的一把（原为 %(before)s），理由：%(reason)s"),
    "backup.restored": _("恢复了 %(made_at)s 的副本：台账 %(entries)s 条，链头总校验值 %(heads)s，操作人 %(by)s"),
    "backup.made": _("备份并读回核对：%(file)s，台账 %(entries)s 条，SHA-256 %(sha256)s"),
    "time.drifted": _("本机时间与%(by)s相差 %(seconds)s 秒，超过一分钟"),
    "time.settled": _("本机时间已恢复准确"),
}
WORDS: dict[str, Any] = {
    "数据库服务器": _("数据库服务器"),
    "本机计时器": _("本机计时器"),
    "时间服务器": _("时间服务器"),
}
