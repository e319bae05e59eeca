"""新闻跟帖 (C5.6): an article that concerns the bureau has a source for its comments."""

from __future__ import annotations

import datetime as dt
from typing import Final

from huiying.judging.models import Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions.sources import watch_article
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive

CLASSES: Final = ("门户网站", "传统媒体")
LOOKED_BACK: Final = dt.timedelta(days=2)
AT_ONCE: Final = 50


def open_for_new_articles() -> int:
    """Give every article of the last days that is in scope its comment source; returns how many were opened."""
    articles = Post.objects.filter(
        screening__band=Screening.HIT,
        kind="news",
        channel_class__in=CLASSES,
        version=1,
        life_safety=False,
        comment_source__isnull=True,
        received_at__gte=clock.now() - LOOKED_BACK,
    ).exclude(url="")
    articles = without_sensitive(articles)
    opened = 0
    for post in articles.order_by("id")[:AT_ONCE]:
        watch_article(post, Actor.SYSTEM)
        opened += 1
    return opened
