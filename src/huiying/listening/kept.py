"""What the ledger vouches for of what was heard, from where, and who listened (INV-1, INV-8, INV-12)."""

from __future__ import annotations

from typing import Final

from huiying.ledger.kept import COUNTER, LEFT, QUEUE, keep, leave
from huiying.listening.models import (
    ClassNote,
    EmergencyWatch,
    Evidence,
    HandEntry,
    Import,
    Message,
    PatrolCard,
    PatrolPoint,
    PictureReading,
    Post,
    PostAttachment,
    RejectedRow,
    Source,
    SourceCheck,
    SourceHost,
    SourcePage,
    StaffReport,
)

_REFRESHED: Final = "转评赞等数字，每次看到都更新，不是原文的一部分"
_MEMORY: Final = "采集器对来源的记忆，每看一次都变"
_PROGRESS: Final = "导入中随读随变，读完写进条目 import.finished"

keep(
    Post,
    "来文",
    "A post",
    but={
        "metrics": _REFRESHED,
        "metrics_at": _REFRESHED,
        "screened": QUEUE,
        "sealed_voice": "归入事件时或两周后销毁；销毁前没有人能看",
    },
    whole=True,
)
keep(Message, "公众留言", "A citizen's message")
keep(StaffReport, "谁带来的来文", "Who brought a post in")
keep(HandEntry, "人工录入", "An entry by hand")
keep(PostAttachment, "来文附件", "An attachment of a post")
keep(Evidence, "证据", "A piece of evidence", whole=True)
keep(Evidence.posts.through, "证据和来文的联系", "The link of a piece of evidence and a post", whole=True)
keep(
    Import,
    "导入",
    "An import",
    but={
        "path": "程序存放文件的地方，文件清走后清空",
        "state": "后台的进度；开始、作罢、结束各有条目",
        "started_at": QUEUE,
        **dict.fromkeys(("rows_read", "new", "duplicate", "versions", "rejected"), _PROGRESS),
    },
)
keep(RejectedRow, "导入时拒收的行", "A row that an import refused", whole=True)
keep(
    Source,
    "监测来源",
    "A source",
    but=dict.fromkeys(
        (
            "host_id", "next_action_at", "interval_seconds", "etag", "last_modified", "body_sha256", "cursor",
            "hop_url", "hops", "last_checked_at", "last_success_at", "last_new_at", "last_outcome", "last_detail",
            "last_items", "last_new", "failures", "failing_since", "checks_made", "arrivals", "alarm", "alarm_since",
            "alarm_steps", "alarm_next_at",
        ),
        _MEMORY,
    ),
)  # fmt: skip
keep(
    SourcePage,
    "来源的网页",
    "A page of a source",
    but={
        "post_id": "指向这一页最新的一版来文，每看一次都可能变；来文自己另有条目",
        "state": QUEUE,
        "url": "网页搬家时随之改动；来文自己的网址另有条目",
        "host_id": QUEUE,
        "next_action_at": QUEUE,
        "looks": COUNTER,
        "failures": COUNTER,
        "missing": COUNTER,
        "etag": _MEMORY,
        "last_modified": _MEMORY,
        "last_status": _MEMORY,
    },
    whole=True,
)
keep(PatrolPoint, "巡查点", "A place of the patrol")
keep(PatrolCard, "巡查卡", "A card of the patrol", but={"reminded_at": QUEUE})
keep(EmergencyWatch, "突发事件监测", "An emergency watch", but={"next_action_at": QUEUE})
keep(ClassNote, "渠道类说明", "A note on a channel class")

leave(SourceHost, "对一个主机的礼貌（多久问一次、robots.txt），采集器自己的记忆")
leave(SourceCheck, "每个来源最近一百次查看的流水，旧的自动删去；人工查看另有条目 source.looked")
leave(PictureReading, "照片识别的草稿，最多留一天；谁要求识别另有条目 picture.reading_asked")
# No model has them: on SQLite the index is a file of its own.
LEFT["listening_search_words"] = "PostgreSQL 上的搜索索引，随时由来文重建"
LEFT["listening_search_reached"] = "搜索索引建到哪一条，随时由来文重建"
