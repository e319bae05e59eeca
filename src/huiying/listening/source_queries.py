"""Reads of sources: how it is with each, what was seen there （五）C5.2."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.kernel import clock
from huiying.listening import rhythm
from huiying.listening.models import Post, Source
from huiying.listening.reserved import without_sensitive

#: Three states that never look alike, and what comes before and after them.
STATE_WORDS: Final[dict[str, str | Promise]] = {
    rhythm.FAILED: _("没有采到"),
    rhythm.UNCHECKED: _("还没有查看过"),
    rhythm.SILENT: _("来源沉默"),
    rhythm.NEW: _("有新内容"),
    rhythm.NOTHING: _("没有新内容"),
    rhythm.PAUSED: _("已停用"),
}


def sources(*, retired: bool = False) -> QuerySet[Source]:
    """All sources in the order of their class, then name; those put aside for good only when asked for."""
    found = Source.objects.select_related("owner", "backup", "host", "article").order_by("channel_class", "name", "pk")
    return found if retired else found.exclude(state=Source.RETIRED)


def as_row(source: Source) -> dict[str, Any]:
    """A source as the command line and REST show it; times are RFC 3339, null where nothing happened yet."""
    state = rhythm.state_of(source, clock.now())
    return {
        "id": source.pk,
        "name": source.name,
        "channel_class": source.channel_class,
        "platform": source.platform,
        "adapter": source.adapter,
        "url": source.url,
        "region": source.region,
        "outlet": source.outlet,
        "outlet_tier": source.outlet_tier,
        "own_channel": source.own_channel,
        "state": state.code,
        "state_words": str(STATE_WORDS[state.code]),
        "since": state.since.isoformat() if state.since else None,
        "why": rhythm.in_words(state) if state.why else "",
        "detail": source.last_detail if state.code == rhythm.FAILED else "",
        "last_checked_at": _written(source.last_checked_at),
        "last_success_at": _written(source.last_success_at),
        "last_new_at": _written(source.last_new_at),
        "next_look_at": _written(source.next_action_at),
        "last_new": source.last_new,
        "failures": source.failures,
        "owner": source.owner.username if source.owner else source.owner_role,
        "backup": source.backup.username if source.backup else source.backup_role,
    }


def _written(at: Any) -> str | None:
    return at.isoformat() if at is not None else None


def latest_posts(source: Source, limit: int = 20) -> list[Post]:
    """What came from a source, newest first. Posts about a danger to life are kept off (Life first)."""
    found = without_sensitive(Post.objects.filter(source=source, life_safety=False))
    return list(found.order_by("-id")[:limit])
