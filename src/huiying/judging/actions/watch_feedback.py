"""What people say of the rules' hits, and of rules that have long been silent (C5.11): precision comes from here."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.judging import watchbook
from huiying.judging.actions.watch_changes import CHAIN
from huiying.judging.models import WatchHit, WatchReview, WatchVerdict
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

NOTE_CHARS = 4


@transaction.atomic
def judge_hit(post: Post, relevant: bool, actor: User) -> WatchVerdict:
    """「不相关」 or 「相关」 of a post which rules hit. The post stays where it is; only rules are measured.

    Said again the other way, the later word counts and the ledger keeps both. Raises Refused.
    """
    require(actor, "watch.judge")
    rules = list(WatchHit.objects.filter(post=post).order_by("rule").values_list("rule", flat=True))
    if not rules:
        raise Refused(_("没有规则命中这条来文，不用评价。"), code="no_hit")
    found = WatchVerdict.objects.select_for_update().filter(post=post).first()
    if found is not None and found.relevant == relevant:
        return found
    said = {"relevant": relevant, "by": actor.name, "at": clock.now()}
    verdict, _is_new = WatchVerdict.objects.update_or_create(post=post, defaults=said)
    payload = {"post": post.pk, "relevant": relevant, "rules": rules}
    record(CHAIN, "watch.judged", payload, actor_of(actor), rows=[verdict])
    return verdict


@transaction.atomic
def review_silent(rule: str, note: str, actor: User) -> WatchReview:
    """Say of a rule without hits why it stays; it is asked about again after ninety days. Raises Refused."""
    require(actor, "watch.propose")
    if rule not in watchbook.rows_now():
        raise Refused(_("没有编号为 %(rule)s 的规则。") % {"rule": rule}, code="no_such_rule")
    if len("".join(note.split())) < NOTE_CHARS:
        raise Refused(_("请写一句为什么保留，至少 %(least)s 个字。") % {"least": NOTE_CHARS}, code="reason_needed")
    review = WatchReview.objects.create(rule=rule, note=note.strip(), by=actor.name, at=clock.now())
    record(CHAIN, "watch.reviewed", {"rule": rule, "note": review.note}, actor_of(actor), [review])
    return review
