"""Verbs of sources （五）: taken up, one or a list (OPML), changed, looked at by hand, put aside (C5.2, C5.10,
INV-1).

None disappears. Of a list, a row that can not be taken is told with its line and why; the others are taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.post import KINDS
from huiying.kernel import clock, sealing, tokens
from huiying.kernel.addresses import AddressRefused, check_url, check_written
from huiying.ledger.actions import Actor, record
from huiying.listening import hosts, mailbox, outcomes, rhythm
from huiying.listening.adapters import ADAPTERS, BY_HAND, HOOKS, MAILBOX
from huiying.listening.fetching import host_of
from huiying.listening.models import Post, Source, SourceCheck
from huiying.listening.politeness import host_row
from huiying.listening.source_check import SECRET, SINCE
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of, capabilities
from huiying.people.versions import regulation_now, require_text

COMMENTS: Final = "新闻跟帖"
NEWS_CLASSES: Final = frozenset({"门户网站", "传统媒体"})
FASTEST, SLOWEST = 1, 7 * 24 * 60  # minutes between two looks
REASON_CHARS: Final = 4
#: One name for all boxes: a letter that was sent to two of them is one post.
BOX_PLATFORM: Final = "电子邮箱"
BOX_LOOKS_BACK: Final = dt.timedelta(days=7)  # what lay there longer is old
PASSWORD_CHARS: Final = 500


@dataclass(frozen=True, kw_only=True)
class SourceData:
    """What is said of a source when it is taken up or changed. Owner and backup: a person, or a post (role code).

    The `url` of a mail box is that of `mail_address`, its `config` has `since`, the first day that is read.
    """

    name: str
    channel_class: str
    adapter: str
    url: str = ""
    platform: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    outlet: str = ""
    outlet_tier: int | None = None
    own_channel: bool = False
    region: str = ""
    owner: User | None = None
    owner_role: str = ""
    backup: User | None = None
    backup_role: str = ""
    rhythm_hours: int | None = None
    min_minutes: int = 10
    max_minutes: int = 240
    password: str = field(default="", repr=False)  # of a mail box: sealed at once; "" keeps the one that is there


@dataclass(frozen=True)
class Added:
    """The new source; `secret` only for a hook, and only now: it is sealed and never shown again."""

    source: Source
    secret: str = ""


@transaction.atomic
def add_source(told: SourceData, actor: User | Actor, *, ask_name_server: bool = True) -> Added:
    """Take up a source. Raises Refused with what is wrong and what to do.

    Without `ask_name_server` an address is judged as it is written: for whole lists; hosts are judged when fetched.
    """
    _require(actor)
    fields = _checked(told, ask_name_server)
    if told.adapter == MAILBOX:
        _check_password(told.password)
    _check_unregistered(fields["url"])
    now = clock.now()
    secret = tokens.new_token()[0] if told.adapter in HOOKS else ""
    polled = ADAPTERS[told.adapter].polled
    source = Source.objects.create(
        **fields,
        sealed_secret=sealing.seal(secret or told.password, SECRET) if secret or told.password else None,
        host=host_row(host_of(fields["url"]), now) if polled else None,
        next_action_at=now if polled else None,
        interval_seconds=told.min_minutes * 60,
        added_by=actor_of(actor).name,
        added_at=now,
    )
    _record(source, "source.added", {"channel_class": source.channel_class, "adapter": source.adapter}, actor)
    return Added(source, secret)


@transaction.atomic
def edit_source(source: Source, told: SourceData, actor: User | Actor) -> Source:
    """Change what is said of a source; the ledger keeps which fields. Another address starts afresh.

    A password goes with its address: another server, user or folder wants it anew, or whoever may edit could send it
    to a server of their own.
    """
    _require(actor)
    source = Source.objects.select_for_update().get(pk=source.pk)
    if told.adapter != source.adapter and {told.adapter, source.adapter} & {*HOOKS, MAILBOX}:
        raise Refused(
            _("邮箱和推送各有自己的密钥，采集方式不能改。请另登记一个，把这个停用。"), code="keeps_its_secret"
        )
    if told.adapter == MAILBOX:
        told = replace(told, config={**source.config, **told.config})
    fields = _checked(told)
    changed = sorted(name for name, value in fields.items() if getattr(source, name) != value)
    if "url" in changed:
        if told.adapter == MAILBOX and not told.password:
            raise Refused(_("服务器、用户名或文件夹改了，请重新写一遍密码。"), code="no_password")
        _check_unregistered(fields["url"], source.pk)
    if told.password and told.adapter == MAILBOX:
        _check_password(told.password)
        source.sealed_secret = sealing.seal(told.password, SECRET)
        changed.append("password")
    if not changed:
        return source
    for name, value in fields.items():
        setattr(source, name, value)
    now = clock.now()
    if {"url", "adapter", "config", "password"} & set(changed):
        polled = ADAPTERS[source.adapter].polled
        source.host = host_row(host_of(source.url), now) if polled else None
        source.etag = source.last_modified = source.body_sha256 = source.hop_url = ""
        source.next_action_at = now if polled and source.state == Source.ACTIVE else None
    if {"url", "config"} & set(changed):
        source.cursor = ""
    source.save()
    _record(source, "source.changed", {"changed": changed}, actor)
    return source


@transaction.atomic
def change_password(source: Source, password: str, actor: User | Actor) -> Source:
    """A new password for the same mail box. The ledger has that it was changed, and by whom."""
    _require(actor)
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.adapter != MAILBOX:
        raise Refused(_("这个来源不是邮箱，没有密码。"), code="no_mailbox")
    _check_password(password)
    source.sealed_secret = sealing.seal(password, SECRET)
    source.next_action_at = clock.now() if source.state == Source.ACTIVE else None
    source.save(update_fields=["sealed_secret", "next_action_at"])
    _record(source, "source.changed", {"changed": ["password"]}, actor)
    return source


def _check_password(password: str) -> None:
    if not password:
        raise Refused(_("请写邮箱的密码（很多邮箱要用单独的授权码）。"), code="no_password")
    if len(password) > PASSWORD_CHARS or mailbox.CONTROL.search(password):
        raise Refused(_("密码里有换行，或长得不像密码。请重新复制一遍。"), code="password")


def _check_unregistered(url: str, but: int = 0) -> None:
    if url and Source.objects.filter(url=url).exclude(state=Source.RETIRED).exclude(pk=but).exists():
        raise Refused(_("这个网址已经登记过了：%(url)s") % {"url": url}, code="already_registered")


@transaction.atomic
def pause_source(source: Source, reason: str, actor: User | Actor) -> Source:
    """Put a source aside for a time; why stands in the ledger and on its page."""
    return _put(source, Source.PAUSED, reason, "source.paused", actor)


@transaction.atomic
def retire_source(source: Source, reason: str, actor: User | Actor) -> Source:
    """A source that is no more. Its record, its posts and its evidence stay."""
    return _put(source, Source.RETIRED, reason, "source.retired", actor)


def _put(source: Source, state: str, reason: str, kind: str, actor: User | Actor) -> Source:
    _require(actor)
    source = Source.objects.select_for_update().get(pk=source.pk)
    source.state, source.state_why = state, require_text(reason, REASON_CHARS, _("这样定的理由"))[:300]
    source.next_action_at, source.alarm, source.alarm_next_at = None, "", None
    source.save(update_fields=["state", "state_why", "next_action_at", "alarm", "alarm_next_at"])
    _record(source, kind, {"reason": source.state_why}, actor)
    return source


@transaction.atomic
def resume_source(source: Source, actor: User | Actor) -> Source:
    """Listen again; what it was before counts neither as failure nor as silence."""
    _require(actor)
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.state == Source.ACTIVE:
        raise Refused(_("这个来源正在监测，不用恢复。"), code="active")
    now = clock.now()
    source.state, source.state_why = Source.ACTIVE, ""
    source.failures, source.failing_since, source.last_success_at = 0, None, None
    source.added_at = now
    source.next_action_at = now if ADAPTERS[source.adapter].polled else None
    source.save()
    _record(source, "source.resumed", {}, actor)
    return source


@transaction.atomic
def look_now(source: Source, actor: User | Actor) -> Source:
    """Let the collector look at it next, as soon as its host may be asked. Not a change: no entry in the ledger."""
    _require(actor)
    if source.state != Source.ACTIVE or not ADAPTERS[source.adapter].polled:
        raise Refused(_("这个来源不由系统去取，请人工查看并登记。"), code="not_polled")
    Source.objects.filter(pk=source.pk).update(next_action_at=clock.now(), body_sha256="", etag="", last_modified="")
    source.refresh_from_db()
    return source


@transaction.atomic
def looked_by_hand(source: Source, found: int, note: str, actor: User) -> SourceCheck:
    """A person looked: how many new ones were there, 0 is a record too (C5.8 nil return). Server time counts."""
    require(actor, "source.look")
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.state != Source.ACTIVE:
        raise Refused(_("这个来源已停用，请先恢复监测。"), code="not_active")
    if not 0 <= found <= 10_000:
        raise Refused(_("新内容的条数应在 0 到 10000 之间。"), code="count")
    now = clock.now()
    rhythm.succeeded(source, now, found, found, outcomes.BY_HAND)
    source.save()
    check = SourceCheck.objects.create(
        source=source, at=now, outcome=outcomes.BY_HAND, detail=note.strip()[:300], items=found, new=found,
        by=actor.name,
    )  # fmt: skip
    _record(source, "source.looked", {"found": found, "note": note.strip()[:300]}, actor)
    return check


@transaction.atomic
def watch_article(post: Post, actor: User | Actor) -> Source:
    """新闻跟帖 (C5.6): an article that is watched has a source for its comments, red until somebody looked there."""
    if not isinstance(actor, Actor):
        require(actor, "source.look")
    if not post.url:
        raise Refused(_("这一条没有网址，无法查看跟帖。"), code="no_url")
    earlier = Source.objects.filter(article__platform=post.platform, article__native_id=post.native_id).first()
    if earlier is not None:
        return earlier
    by_post = default_roles()
    source = Source.objects.create(
        name=f"跟帖：{(post.title or post.text)[:80]}",
        channel_class=COMMENTS,
        platform=post.platform,
        adapter=BY_HAND,
        url=post.url,
        kind="comment",
        region=post.region,
        article=post,
        owner_role=by_post[0],
        backup_role=by_post[1],
        added_by=actor_of(actor).name,
        added_at=clock.now(),
    )
    _record(source, "source.added", {"channel_class": COMMENTS, "adapter": BY_HAND, "post": post.pk}, actor)
    return source


def default_roles() -> tuple[str, str]:
    """The posts that answer for a source where nobody is named: who is on duty, then who leads the shift."""
    roles = list(regulation_now().roles.values())
    duty = next((role.code for role in roles if "duty" in capabilities(role)), "")
    return duty, next((role.code for role in roles if "escalation" in capabilities(role)), duty)


def _require(actor: User | Actor) -> None:
    if not isinstance(actor, Actor):
        require(actor, "source.edit")


def _checked(told: SourceData, ask_name_server: bool = True) -> dict[str, Any]:
    """The fields to store. Raises Refused."""
    regulation = regulation_now()
    name = require_text(told.name, 2, _("名称"))[:100]
    if told.channel_class not in regulation.channel_classes:
        known = "、".join(regulation.channel_classes)
        raise Refused(_("渠道类别须是制度里的一类：%(known)s。") % {"known": known}, code="unknown_class")
    if told.adapter not in ADAPTERS:
        raise Refused(_("不认识采集方式“%(kind)s”。") % {"kind": told.adapter}, code="unknown_adapter")
    if told.kind and told.kind not in KINDS:
        raise Refused(_("内容种类应为 %(known)s 之一。") % {"known": "、".join(sorted(KINDS))}, code="unknown_kind")
    if not FASTEST <= told.min_minutes <= told.max_minutes <= SLOWEST:
        raise Refused(
            _("查看间隔应在 %(least)d 到 %(most)d 分钟之间，且最短不大于最长。") % {"least": FASTEST, "most": SLOWEST},
            code="interval",
        )
    url, config = told.url.strip(), dict(told.config)
    if told.adapter == MAILBOX:
        url, config = _checked_box(told, ask_name_server)
    elif ADAPTERS[told.adapter].polled or url:
        _check_address(url, is_fetched=ADAPTERS[told.adapter].polled, ask_name_server=ask_name_server)
    _check_owners(told)
    fields = {name: value for name, value in vars(told).items() if name != "password"}
    return fields | {
        "name": name,
        "url": url,
        "platform": (told.platform.strip() or _platform(told.adapter, url) or name)[:60],
        "kind": told.kind or _kind(told),
        "config": config,
    }


def _kind(told: SourceData) -> str:
    if told.adapter == MAILBOX:
        return "letter"
    return "news" if told.channel_class in NEWS_CLASSES else "post"


def _checked_box(told: SourceData, ask_name_server: bool) -> tuple[str, dict[str, Any]]:
    """Address and settings of a mail box, in their one way of writing."""
    try:
        address = mailbox.parse_address(told.url)
        if ask_name_server:
            mailbox.judged(address)
    except (mailbox.WrongAddress, AddressRefused) as error:
        raise Refused(str(error), code="address") from error
    since = str(told.config.get(SINCE) or clock.now().date() - BOX_LOOKS_BACK)
    try:
        day = dt.date.fromisoformat(since)
    except ValueError:
        raise Refused(_("从哪一天的信读起，应写成 2026-09-01 这样。"), code="since") from None
    if day > clock.now().date() + dt.timedelta(days=1):
        raise Refused(_("从哪一天的信读起：这一天还没有到。"), code="since")
    return address.url, {SINCE: day.isoformat()}


def _platform(adapter: str, url: str) -> str:
    if adapter == MAILBOX:
        return BOX_PLATFORM
    place = hosts.place_of(url) if url else None
    return place.platform if place else ""


def _check_address(url: str, *, is_fetched: bool, ask_name_server: bool) -> None:
    try:
        if is_fetched:
            check_url(url) if ask_name_server else check_written(url)
        elif urlsplit(url).scheme not in ("http", "https"):
            raise AddressRefused(_("网址应以 http:// 或 https:// 开头"))
    except (AddressRefused, ValueError) as error:
        raise Refused(str(error), code="address") from error


def _check_owners(told: SourceData) -> None:
    """Each source has an owner and a backup, two different ones (C5.10)."""
    for person, role, who in (
        (told.owner, told.owner_role, _("责任人")),
        (told.backup, told.backup_role, _("备用责任人")),
    ):
        if person is None and not role:
            raise Refused(_("请指定%(who)s（人员或岗位）。") % {"who": who}, code="no_owner")
        if person is not None and (not person.is_active or person.administers):
            raise Refused(_("%(name)s不能做%(who)s。") % {"name": person.name, "who": who}, code="not_staff")
        if role and role not in regulation_now().roles:
            raise Refused(_("制度里没有岗位“%(role)s”。") % {"role": role}, code="unknown_role")
    same_person = told.owner is not None and told.owner == told.backup
    same_post = told.owner is None and told.backup is None and told.owner_role == told.backup_role
    if same_person or same_post:
        raise Refused(_("责任人和备用责任人须不同。"), code="one_person")


def _record(source: Source, kind: str, payload: dict[str, Any], actor: User | Actor) -> None:
    told = {"source": source.pk, "name": source.name, **payload}
    record("system", kind, told, actor_of(actor), rows=[source])


FEED: Final = "feed"
MOST_AT_ONCE: Final = 500  # at once: each is an entry of its own in the ledger
_SHORTEST_NAME: Final = 2
#: What is wrong with one row alone; anything else is wrong with all of them.
_OF_ONE_ROW: Final = frozenset({"already_registered", "address"})


@dataclass(frozen=True)
class NotTaken:
    """A row that was not taken up: where it stands and why."""

    file: str
    line: int
    title: str
    url: str
    reason: str


@dataclass(frozen=True)
class TakenUp:
    """What became of the list."""

    added: list[Source] = field(default_factory=list)
    refused: list[NotTaken] = field(default_factory=list)


@transaction.atomic
def take_up(rows: Iterable[Mapping[str, Any]], told: SourceData, actor: User | Actor) -> TakenUp:
    """Take up `{"title", "url", "file", "line"}` rows as feeds; `told` says what is the same for all.

    Raises Refused, with nothing taken, where that is wrong or the person may not.
    """
    chosen = list(rows)
    if not chosen:
        raise Refused(_("一个来源也没有选。"), code="nothing_chosen")
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(_("一次最多登记 %(most)d 个来源，请分几次。") % {"most": MOST_AT_ONCE}, code="too_many")
    found = TakenUp()
    for row in chosen:
        url, title = str(row.get("url", "")), str(row.get("title", "")).strip()
        name = title if len(title) >= _SHORTEST_NAME else host_of(url) or url
        try:
            added = add_source(replace(told, name=name, adapter=FEED, url=url), actor, ask_name_server=False)
        except Refused as refused:
            if refused.code not in _OF_ONE_ROW:
                raise
            place = (str(row.get("file", "")), int(row.get("line") or 0))
            found.refused.append(NotTaken(*place, title, url, refused.sentence))
        else:
            found.added.append(added.source)
    return found


def registered(urls: Iterable[str]) -> dict[str, Source]:
    """Those addresses that are sources already, by address."""
    return {source.url: source for source in Source.objects.filter(url__in=set(urls)).exclude(state=Source.RETIRED)}
