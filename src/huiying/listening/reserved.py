"""Which posts are kept off lists because the matter that they belong to bears the label 敏感 (§6.1 S8)."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.listening.models import Post

MASKED = ("minor", "victim")
COVERED = _("（涉及未成年人、健康或受害人，原话已遮盖；局领导说明理由后可看原文。）")
M = TypeVar("M", bound=Model)


def without_sensitive(rows: QuerySet[M], path: str = "pk") -> QuerySet[M]:
    """`rows` without the posts of such matters; `path` is how they name the post. The label is the event's, so a post
    that joins later is kept off as well. Both sets begin at the few labelled events, never at a million posts.
    """
    placed, split = (_related(Post, name) for name in ("membership", "split_cases"))
    labelled = _related(placed, "event")._default_manager.filter(sensitive__gt="").order_by().values("pk")
    cases = _related(split, "case")._default_manager.filter(event__in=labelled).order_by().values("pk")
    of_event = placed._default_manager.filter(event__in=labelled).order_by().values("post")
    split_off = split._default_manager.filter(case__in=cases).order_by().values("post")
    return rows.exclude(**{f"{path}__in": of_event}).exclude(**{f"{path}__in": split_off})


def _related(model: type[Model], name: str) -> type[Model]:
    """The rows on the other side: of rooms above this one, which it does not import."""
    found = model._meta.get_field(name).related_model
    assert isinstance(found, type)
    return found


def is_masked(post: Post) -> bool:
    """Minors, health, victims (§6.2): the words are covered, and opened by leaders only."""
    within = Q(membership__event__sensitive__in=MASKED) | Q(split_cases__case__event__sensitive__in=MASKED)
    return Post.objects.filter(within, pk=post.pk).exists()


def covered(post: Post) -> Post:
    """The post as a page shows it where its words are for leaders only. Not to be saved."""
    post.title, post.text, post.url = "", str(COVERED), ""
    return post
