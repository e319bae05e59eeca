"""What the answer still owes before its case may end (C3.2, C8.8, C11.1); asked by `handling` (docs/adr/0009)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.actions import ending
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.responding import following, history, linked


def why_effect_open(case: Case) -> list[str]:
    """C3.2: from the file's level on, both looks at the effect were judged by a person."""
    if case.state != "answered" or not following.effect_is_required(case):
        return []
    reviews = list(case.effect_reviews.all())
    if not reviews:
        return [_("回应的效果还没有开始看，请等一分钟再试（C3.2）。")]
    waiting = [row.hours for row in reviews if not row.verdict]
    if not waiting:
        return []
    hours = "、".join(str(one) for one in waiting)
    return [_("回应后 %(hours)s 小时的效果还没有认定：到时请在“回应”页看热度并认定（C3.2）。") % {"hours": hours}]


def why_decide_anew(case: Case) -> list[str]:
    """C8.8: a new surge asks for the decision to go on anew."""
    if case.state != "answered" or not following.asks_anew(case):
        return []
    return [_("回应之后又起波澜，请重新决定是否持续回应，再办结（C8.8）。")]


def why_promise_open(case: Case) -> list[str]:
    """C8.8: the word that was promised is late."""
    decision = following.decision_of(case)
    if decision is None or decision.next_due_at is None or decision.next_due_at > time.now():
        return []
    return [_("答应的续报已经过了时间：请发布续报，或决定不再持续回应（C8.8）。")]


def why_taken_back(case: Case) -> list[str]:
    """C11.1: the public was told that the answer no longer holds, and nothing since."""
    if case.state != "answered" or not history.is_taken_back(case.pk):
        return []
    return [_("答复已经撤回，还没有新的答复：请重新答复后再办结（C11.1）。")]


def why_media_open(case: Case) -> list[str]:
    """C1.4: a medium asked and waits."""
    waiting = list(case.media_inquiries.filter(answered_at__isnull=True).values_list("outlet", flat=True))
    if not waiting:
        return []
    return [_("媒体的询问还没有答复：%(outlets)s（C1.4）。") % {"outlets": "、".join(dict.fromkeys(waiting))}]


CHECKS = (
    why_effect_open,
    why_decide_anew,
    why_promise_open,
    why_taken_back,
    why_media_open,
    linked.why_not_linked,  # C8.9: as many linked channels as the level asks for, or why not
)


def register() -> None:
    for check in CHECKS:
        ending.guard(check)
