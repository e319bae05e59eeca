"""Verbs of the patrol （五）: places to look at, ticks one by one on server time, the emergency watch (C5.8–C5.10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock
from huiying.kernel.keepable import is_link
from huiying.ledger.actions import Actor, record
from huiying.listening import actions as listening, patrol
from huiying.listening.models import ClassNote, EmergencyWatch, PatrolCard, PatrolPoint, Post
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, actor_of, on_duty, regulation_now
from huiying.work import notify

CHAIN = "patrol"
PAGE = "/desk/patrol/"
BACK = dt.timedelta(days=2)  # windows that a stopped loop slept through become cards too: a gap is not hidden
MOST_SLOTS = 200
ASK_AGAIN = dt.timedelta(hours=24)
REMIND_AT = 0.75  # of a window's time
MOST_WORDS = 60


def _link(url: str) -> str:
    """Where to look: any site that a browser may open, also one of the house. Raises Refused for another scheme."""
    if url.strip() and not is_link(url.strip()):
        raise Refused(_("请填写完整的网址，以 http:// 或 https:// 开头。"), code="url")
    return url.strip()


@transaction.atomic
def add_point(
    *, name: str, channel_class: str, url: str, what: str, owner: Department, backup: Department, actor: User
) -> PatrolPoint:
    """A place that is looked at in every window, by its owner or the backup (C5.10)."""
    require(actor, "patrol.edit")
    name = _said(name, 2, _("巡查点的名称"))[:100]
    if channel_class not in regulation_now().channel_classes:
        raise Refused(_("渠道类“%(name)s”不在现行制度里。") % {"name": channel_class}, code="unknown_class")
    if owner.pk == backup.pk:
        raise Refused(_("责任部门和后备部门要是两个部门。"), code="one_department")
    if patrol.points().filter(name=name, channel_class=channel_class).exists():
        raise Refused(_("已经有叫“%(name)s”的巡查点。") % {"name": name}, code="known")
    made = PatrolPoint.objects.create(
        name=name,
        channel_class=channel_class,
        url=_link(url),
        what=what.strip()[:200],
        owner=owner,
        backup=backup,
        added_by=actor.name,
        added_at=clock.now(),
    )
    told = {"point": made.pk, "name": name, "class": channel_class}
    record(CHAIN, "patrol.point_added", told, actor_of(actor), rows=[made])
    make_cards(clock.now())
    return made


@transaction.atomic
def retire_point(point: PatrolPoint, why: str, actor: User) -> None:
    """No longer looked at, with a reason. Its records stay, and an uncovered class shows red (C5.4, C5.10)."""
    require(actor, "patrol.edit")
    point = PatrolPoint.objects.select_for_update().get(pk=point.pk)
    if point.retired_at is not None:
        raise Refused(_("这个巡查点已经停用。"), code="retired")
    point.retired_at, point.retired_by = clock.now(), actor.name
    point.retired_why = _said(why, 4, _("停用这个监测点的理由"))[:300]
    point.save(update_fields=["retired_at", "retired_by", "retired_why"])
    told = {"point": point.pk, "name": point.name, "class": point.channel_class, "why": point.retired_why}
    record(CHAIN, "patrol.point_retired", told, actor_of(actor), rows=[point])


@transaction.atomic
def note_class(channel_class: str, reason: str, actor: User) -> ClassNote:
    """Why a class has no source for now. It stays in the matrix, and red (C5.4)."""
    require(actor, "patrol.edit")
    if channel_class not in regulation_now().channel_classes:
        raise Refused(_("渠道类“%(name)s”不在现行制度里。") % {"name": channel_class}, code="unknown_class")
    made = ClassNote.objects.create(
        channel_class=channel_class, reason=_said(reason, 4, _("这样定的理由"))[:300], by=actor.name, at=clock.now()
    )
    told = {"class": channel_class, "reason": made.reason}
    record(CHAIN, "patrol.class_noted", told, actor_of(actor), rows=[made])
    return made


@transaction.atomic
def tick(card: PatrolCard, result: str, actor: User, *, note: str = "", text: str = "") -> PatrolCard:
    """One look at one place, on the server's time (C5.8, C5.13): nothing unusual, something found, or not reachable.

    What was found (`text`: a link or words) is taken in as a post. A look after the window is kept and stays late.
    """
    require(actor, "patrol.tick", card)
    card = PatrolCard.objects.select_for_update(of=("self",)).select_related("point", "emergency").get(pk=card.pk)
    now = clock.now()
    if card.result:
        raise Refused(_("%(name)s已经看过这一处。") % {"name": card.ticked_by}, code="ticked")
    if now < card.opens_at:
        raise Refused(_("这一次巡查还没有开始，不能提前打钩。"), code="too_early")
    if result not in (PatrolCard.NIL, PatrolCard.FOUND, PatrolCard.UNREACHABLE):
        raise Refused(_("请选择：未见异常、发现情况或打不开。"), code="unknown_result")
    note = note.strip()[:500]
    if result == PatrolCard.UNREACHABLE and len(note) < 2:
        raise Refused(_("请写明打不开的情况，例如“网页报错”“需要登录”。"), code="no_reason")
    if result == PatrolCard.FOUND:
        card.post = _found(text, note, card.point, actor)
    card.result, card.note = result, note
    card.ticked_at, card.ticked_by, card.ticked_user = now, actor.name, actor.pk
    card.save(update_fields=["result", "note", "post", "ticked_at", "ticked_by", "ticked_user"])
    watch = card.emergency
    written: list[PatrolCard | EmergencyWatch] = [card]
    if watch is not None and watch.first_look_at is None:
        EmergencyWatch.objects.filter(pk=watch.pk, first_look_at__isnull=True).update(first_look_at=now)
        written.append(watch)
    told = {
        "card": card.pk,
        "point": card.point.name,
        "class": card.point.channel_class,
        "window": canonical.timestamp(card.opens_at),
        "due": canonical.timestamp(card.due_at),
        "result": result,
        "late": card.is_late,
        "post": card.post_id,
    }
    record(CHAIN, "patrol.ticked", told, actor_of(actor), rows=written)
    return card


def _found(text: str, note: str, point: PatrolPoint, actor: User) -> Post:
    found = (text or note).strip()
    if not found:
        raise Refused(_("请粘贴发现的链接或文字。"), code="empty")
    return listening.take_in(found, platform=point.name[:60], actor=actor).post


@transaction.atomic
def declare_emergency(
    what: str, words: Iterable[str], actor: User, *, every_minutes: int | None = None
) -> EmergencyWatch:
    """突发事件监测 (C5.9): from now on every place is looked at every few minutes, and wider words are heard."""
    require(actor, "emergency_watch.declare")
    if patrol.emergency() is not None:
        raise Refused(_("突发事件监测已经在进行。要扩大范围，请先解除再重新启动。"), code="already_on")
    regular = regulation_now().monitor.patrol.emergency.per_source_every_minutes
    minutes = every_minutes or regular
    if not 5 <= minutes <= regular:
        raise Refused(_("间隔应为 5 到 %(most)d 分钟（制度规定）。") % {"most": regular}, code="bad_interval")
    wider = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if any(len(word) < 2 or len(word) > 40 for word in wider) or len(wider) > MOST_WORDS:
        raise Refused(_("扩大词每个 2 到 40 字，最多 %(most)d 个。") % {"most": MOST_WORDS}, code="bad_words")
    now = clock.now()
    made = EmergencyWatch.objects.create(
        what=_said(what, 4, _("发生了什么"))[:300],
        words=wider,
        every_minutes=minutes,
        declared_by=actor.name,
        declared_user=actor.pk,
        declared_at=now,
        next_action_at=now + ASK_AGAIN,
    )
    told = {"watch": made.pk, "what": made.what, "words": wider, "every_minutes": minutes}
    record(CHAIN, "emergency_watch.declared", told, actor_of(actor), rows=[made])
    make_cards(now)
    people = [user.username for user in (*on_duty(), *able("escalation"))]
    words_of = f"突发事件监测启动：{made.what}"
    notify.send(words_of[:120], f"每 {minutes} 分钟巡查一遍，解除须由带班领导以上的人办理。", people, "urgent",
                key=f"emergency:{made.pk}", url=PAGE)  # fmt: skip
    return made


@transaction.atomic
def end_emergency(watch: EmergencyWatch, why: str, actor: User) -> None:
    """解除: only by a person, with a reason. Nothing else ends it (C5.9)."""
    require(actor, "emergency_watch.end")
    watch = EmergencyWatch.objects.select_for_update().get(pk=watch.pk)
    if watch.ended_at is not None:
        raise Refused(_("突发事件监测已经解除。"), code="ended")
    watch.ended_why = _said(why, 4, _("解除的理由"))[:300]
    watch.ended_at, watch.ended_by, watch.ended_user = clock.now(), actor.name, actor.pk
    watch.next_action_at = None
    watch.save(update_fields=["ended_why", "ended_at", "ended_by", "ended_user", "next_action_at"])
    told = {"watch": watch.pk, "why": watch.ended_why}
    record(CHAIN, "emergency_watch.ended", told, actor_of(actor), rows=[watch])


# --- what the loop does -----------------------------------------------------------------------------------------------


@transaction.atomic
def make_cards(now: dt.datetime) -> int:
    """A card for each place and each window that has begun; run twice it makes nothing twice."""
    regulation = regulation_now()
    windows: list[tuple[dt.datetime, dt.datetime, EmergencyWatch | None]] = [
        (w.opens_at, w.due_at, None) for w in patrol.windows_between(regulation, now - BACK, now + _MOMENT)
    ]
    for watch in EmergencyWatch.objects.filter(ended_at__isnull=True):
        windows += [(start, end, watch) for start, end in _slots(watch, now)]
    wanted = [
        PatrolCard(point=point, emergency=watch, opens_at=opens, due_at=due)
        for point in patrol.points()
        for opens, due, watch in windows
        if due > point.added_at
    ]
    there = PatrolCard.objects.filter(opens_at__gte=now - BACK - _DAY)
    known = set(there.values_list("point_id", "opens_at"))
    PatrolCard.objects.bulk_create(
        [card for card in wanted if (card.point_id, card.opens_at) not in known], ignore_conflicts=True
    )
    made = [row for row in there.order_by("pk") if (row.point_id, row.opens_at) not in known]
    if made:
        record(CHAIN, "patrol.cards_made", {"n": len(made)}, Actor.SYSTEM, rows=made)
    return len(made)


_MOMENT = dt.timedelta(microseconds=1)
_DAY = dt.timedelta(days=1)


def _slots(watch: EmergencyWatch, now: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    step = dt.timedelta(minutes=watch.every_minutes)
    last = (now - watch.declared_at) // step
    return [
        (watch.declared_at + n * step, watch.declared_at + (n + 1) * step)
        for n in range(max(0, last - MOST_SLOTS + 1), last + 1)
    ]


@transaction.atomic
def remind_of_cards(now: dt.datetime) -> int:
    """Three quarters of a window are over: whoever sits at the desk hears once which places nobody has looked at."""
    rows = PatrolCard.objects.filter(result="", reminded_at__isnull=True, opens_at__lte=now, due_at__gt=now)
    due = [row for row in rows.select_related("point") if now >= row.opens_at + (row.due_at - row.opens_at) * REMIND_AT]
    if not due:
        return 0
    PatrolCard.objects.filter(pk__in=[row.pk for row in due]).update(reminded_at=now)
    names = "、".join(dict.fromkeys(row.point.name for row in due))
    notify.send(
        f"还有 {len(due)} 处没有巡查",
        f"本时段快结束，还没有看：{names}",
        [user.username for user in on_duty()],
        "warning",
        key=f"patrol:{due[0].pk}:{canonical.timestamp(due[0].due_at)}",
        url=PAGE,
    )
    return len(due)


@transaction.atomic
def ask_about_emergency(now: dt.datetime) -> int:
    """It does not lapse: each day whoever may end it is asked whether it is still wanted (C5.9)."""
    rows = list(EmergencyWatch.objects.select_for_update().filter(ended_at__isnull=True, next_action_at__lte=now))
    for watch in rows:
        hours = int((now - watch.declared_at).total_seconds() // 3600)
        notify.send(
            f"突发事件监测已进行 {hours} 小时",
            f"{watch.what}｜如不再需要，请解除并写明理由；不解除就继续。",
            [user.username for user in able("escalation")],
            "warning",
            key=f"emergency:{watch.pk}:{hours}",
            url=PAGE,
        )
        watch.next_action_at = now + ASK_AGAIN
        watch.save(update_fields=["next_action_at"])
    return len(rows)


@transaction.atomic
def adopt_points(actor: User) -> int:
    """The places of the patrol list (§7.3), one for each class that has none: a new bureau does not begin blind."""
    require(actor, "patrol.edit")
    regulation = regulation_now()
    rows = list(Department.objects.filter(is_active=True).order_by("-is_office", "id"))
    have = set(patrol.points().values_list("channel_class", flat=True))
    made = 0
    for name in regulation.channel_classes:
        code = regulation.monitor.owners.by_class[name]
        owner = next((row for row in rows if row.code == code), None)
        backup = next((row for row in rows if row.code != code), None)
        if name in have or owner is None or backup is None:
            continue
        add_point(
            name=name, channel_class=name, url="", what=WHAT.get(name, ""), owner=owner, backup=backup, actor=actor
        )
        made += 1
    if not made:
        raise Refused(_("每一类都已经有巡查点。"), code="nothing_to_do")
    return made


# What to look for, in the words of the patrol list (§7.3).
WHAT = {
    "门户网站": "本局和中心首页、公告栏、留言板、市政府门户互动栏",
    "论坛": "本地论坛、贴吧、行业论坛（工程、采购）",
    "博客": "博客和行业公众号文章",
    "微博客": "本局名、平台名、城市+招标",
    "新闻跟帖": "昨日与今日涉局报道的评论区",
    "传统媒体": "日报、晚报、广播热线、电视民生栏目",
    "12345热线": "12345 转办件",
    "局长信箱": "局长信箱",
    "大厅来电来访": "大厅意见簿、来电记录",
}


def _said(text: str, least: int, what: str) -> str:
    text = text.strip()
    if len(text) < least:
        raise Refused(_("请写%(what)s，至少 %(n)d 个字。") % {"what": what, "n": least}, code="too_short")
    return text
