"""Which posts are kept off lists because the matter that they belong to bears the label 敏感 (§6.1 S8)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.listening.models import Post

MASKED = ("minor", "victim")
COVERED = _("（涉及未成年人、健康或受害人，原话已遮盖；局领导说明理由后可看原文。）")
M = TypeVar("M", bound=Model)


def without_sensitive(rows: QuerySet[M], path: str = "pk") -> QuerySet[M]:
    """`rows` without the posts of such matters; `path` is how they name the post. The label is the event's, so a post
    that joins later is kept off as well. Both sets begin at the few labelled events, not at a million posts.
    """
    of_event = Post.objects.filter(membership__event__sensitive__gt="")
    split_off = Post.objects.filter(split_cases__case__event__sensitive__gt="")
    for found in (of_event, split_off):
        rows = rows.exclude(**_in(path, found))
    return rows


def _in(path: str, posts: QuerySet[Post]) -> dict[str, Any]:
    return {f"{path}__in": posts.order_by().values("pk")}


def is_masked(post: Post) -> bool:
    """Minors, health, victims (§6.2): the words are covered, and opened by leaders only."""
    within = Q(membership__event__sensitive__in=MASKED) | Q(split_cases__case__event__sensitive__in=MASKED)
    return Post.objects.filter(within, pk=post.pk).exists()


def covered(post: Post) -> Post:
    """The post as a page shows it where its words are for leaders only. Not to be saved."""
    post.title, post.text, post.url = "", str(COVERED), ""
    return post
