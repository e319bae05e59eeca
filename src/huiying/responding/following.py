"""What begins when an answer is public: its effect is looked at later, a promise of more moves on （三）（八）; how
much is said of a matter (C3.2, None where it is not known), and what the answer still owes before its case may end
(C8.8, C11.1; asked by `handling`, docs/adr/0009).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.handling.actions import base
from huiying.handling.models import Case, SplitPost
from huiying.handling.queries import lead_of
from huiying.judging import merging
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.people.queries import able, regulation_of, takers
from huiying.regulation.schema_blocks import Effect
from huiying.responding import following, public, targets
from huiying.responding.models import EffectReview, Publication, Revision, SustainedDecision
from huiying.work import notify

Heat = dict[str, Any]
METRICS = ("reads", "reposts", "comments")
UNKNOWN: Heat = dict.fromkeys(("posts", *METRICS, "platforms", "per_hour"))
HOUR = dt.timedelta(hours=1)

Row = tuple[dt.datetime, str, Mapping[str, Any]]


def heat(event: Event, since: dt.datetime, until: dt.datetime) -> Heat:
    """{posts, reads, reposts, comments, platforms, per_hour} from `since` up to `until`.

    Where nothing at all came in from anywhere in that time, nobody listened and nothing is known. A sum is of the posts
    whose figure is known; with none of them known it is None.
    """
    rows = [row for row in said(event) if since <= row[0] < until]
    if not rows and not Post.objects.filter(received_at__gte=since, received_at__lt=until).exists():
        return dict(UNKNOWN)
    hours = (until - since) / HOUR
    return {
        "posts": len(rows),
        **{name: _total(rows, name) for name in METRICS},
        "platforms": len({platform for _at, platform, _metrics in rows}),
        "per_hour": round(len(rows) / hours, 2) if hours else None,
    }


def _total(rows: Sequence[Row], name: str) -> int | None:
    known = [int(value) for *_, metrics in rows if isinstance(value := metrics.get(name), (int, float))]
    return sum(known) if known or not rows else None


def said(event: Event) -> list[Row]:
    """(when, where, figures) of each post of the matter: of the event, of what was merged into it, of what was split
    off to it; a text that came again in another version counts once, with its newest figures.
    """
    gone = SplitPost.objects.filter(case__split_from__event=event).values("post")
    members = Q(membership__event__in=merging.family(event), membership__withdrawn_at__isnull=True)
    posts = Post.objects.filter(members | Q(split_cases__case__event=event)).exclude(pk__in=gone).distinct()
    names = ("platform", "native_id", "published_at", "received_at", "time_confidence", "metrics")
    found: dict[tuple[str, str], Row] = {}
    for platform, native, published, received, confidence, metrics in posts.order_by("pk").values_list(*names):
        at = received if published is None or confidence == "future" else published
        first = found.get((platform, native))
        found[platform, native] = (first[0] if first else at, platform, metrics or {})
    return list(found.values())


def curve(event: Event, since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """Posts an hour from `since` to `until`, empty hours included."""
    start = since.replace(minute=0, second=0, microsecond=0)
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at, *_ in said(event) if start <= at < until)
    steps = max(int(-(-(until - start) // HOUR)), 1)
    return [(hour, counts[hour]) for hour in (start + step * HOUR for step in range(steps))]


def peak_at(event: Event) -> dt.datetime | None:
    """The beginning of the hour in which most was said; the first of several (C1.4)."""
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at, *_ in said(event))
    return min(counts, key=lambda hour: (-counts[hour], hour)) if counts else None


DAY = 24 * HOUR
ANSWERS = (Revision.FIRST, Revision.FOLLOW_UP, Revision.FINAL)
# The machine calls a matter settled when what is still said is this share of what was said before, or less.
SETTLED_SHARE = 0.1


def effect_rule(case: Case) -> Effect | None:
    """What the file says of effect reviews; None where it asks for none."""
    return regulation_of(case.regulation).response.effect


def effect_is_required(case: Case) -> bool:
    """C3.2: from this level on no case is closed without its effect reviews."""
    regulation, rule = regulation_of(case.regulation), effect_rule(case)
    return rule is not None and regulation.rank(case.level) >= regulation.rank(rule.required_from)


def begin(case: Case, row: Publication) -> None:
    """Called once for each public act that is an answer.

    The effect is looked at after the case's first answer. A later text begins a new look only where the last one found
    a second wave, or where the earlier text had been taken back: not each follow-up asks for two more reviews.
    """
    if _begins_a_look(case, row):
        _begin_reviews(case, row)
    if row.stage in (Revision.FOLLOW_UP, Revision.FINAL) and row.channel == "portal":
        _keep_promise(case, row)


def _begins_a_look(case: Case, row: Publication) -> bool:
    if row.stage not in ANSWERS or effect_rule(case) is None:
        return False
    last = case.effect_reviews.select_related("publication").order_by("-publication__published_at", "-hours").first()
    if last is None:
        return True
    began_at, at = last.publication.published_at, row.published_at
    if began_at is None or at is None or at <= began_at or last.publication.revision_id == row.revision_id:
        return False
    judged = case.effect_reviews.filter(publication=last.publication, verdict=EffectReview.SECOND_WAVE, at__lte=at)
    taken_back = case.publications.filter(
        state=Publication.LIVE, stage=Revision.WITHDRAWAL, published_at__gt=began_at, published_at__lte=at
    )
    return judged.exists() or taken_back.exists()


def _begin_reviews(case: Case, row: Publication) -> None:
    rule, at = effect_rule(case), row.published_at
    assert rule is not None
    assert at is not None
    made = [
        EffectReview.objects.create(
            case=case,
            publication=row,
            hours=hours_of(after.elapsed),
            due_at=at + after.elapsed,
            next_action_at=at + after.elapsed,
            before=heat(case.event, at - after.elapsed, at),
        )
        for after in rule.after
    ]
    record(
        f"case:{case.number}",
        "effect.begun",
        {"hours": [hours_of(after.elapsed) for after in rule.after], "stage": row.stage, "at": at.isoformat()},
        Actor.SYSTEM,
        rows=made,
    )


def hours_of(span: dt.timedelta) -> int:
    """Whole hours, at least one."""
    return max(round(span / HOUR), 1)


def measure(review: EffectReview) -> EffectReview:
    """Fill `after` with what was said from the answer until the review's time, and what the machine makes of it."""
    if review.after is None:
        at = review.publication.published_at
        assert at is not None
        review.after = heat(review.case.event, at, review.due_at)
        review.suggested = suggestion(effect_rule(review.case), review.before, review.after)
        review.next_action_at = None
        review.save(update_fields=["after", "suggested", "next_action_at"])
        record(
            f"case:{review.case.number}",
            "effect.measured",
            {
                "hours": review.hours,
                "answer_at": at.isoformat(),
                "before": review.before,
                "after": review.after,
                "suggested": review.suggested,
            },
            Actor.SYSTEM,
            rows=[review],
        )
    return review


def suggestion(rule: Effect | None, before: Heat, after: Heat) -> str:
    """settled, persists or second_wave; "" where too little is known: a suggestion, a person decides."""
    was, now = before.get("posts"), after.get("posts")
    if rule is None or was is None or now is None:
        return ""
    if now >= rule.second_wave_posts and now > rule.second_wave_ratio * was:
        return EffectReview.SECOND_WAVE
    if now < rule.second_wave_posts or now <= SETTLED_SHARE * was:
        return EffectReview.SETTLED
    return EffectReview.PERSISTS


def open_reviews(case: Case) -> list[EffectReview]:
    return list(case.effect_reviews.filter(verdict="").select_related("publication"))


# --- going on ---------------------------------------------------------------------------------------------------------


def decision_of(case: Case) -> SustainedDecision | None:
    """The decision that counts; None where nobody decided yet."""
    return case.sustained_decisions.filter(superseded_at__isnull=True).first()


def _keep_promise(case: Case, row: Publication) -> None:
    """The promised word was spoken: the next one is due a rhythm later (C8.8)."""
    decision = decision_of(case)
    if decision is None or not decision.sustained or decision.every_hours is None or row.published_at is None:
        return
    decision.next_due_at = row.published_at + decision.every_hours * HOUR
    decision.next_action_at = decision.next_due_at
    decision.save(update_fields=["next_due_at", "next_action_at"])
    payload = {"next_due_at": decision.next_due_at.isoformat(), "every_hours": decision.every_hours}
    record(f"case:{case.number}", "sustain.kept", payload, Actor.SYSTEM, rows=[decision])


def surge(case: Case, now: dt.datetime | None = None) -> str:
    """Why the decision to go on must be taken anew, in the bureau's language; "" where nothing calls for it (C8.8).

    What was said in the last 24 hours, since the answer and since the last decision, against the 24 hours before the
    first answer, by the ratio and the number of the file's second wave.
    """
    now, rule = now or time.now(), effect_rule(case)
    if rule is None or case.answered_at is None or case.event.last_post_at <= max(case.answered_at, now - DAY):
        return ""
    decision = decision_of(case)
    since = max(now - DAY, case.answered_at, decision.at if decision else case.answered_at)
    moments = [at for at, *_rest in said(case.event)]
    fresh = sum(since < at <= now for at in moments)
    before = sum(case.answered_at - DAY <= at < case.answered_at for at in moments)
    if fresh < rule.second_wave_posts or fresh <= rule.second_wave_ratio * before:
        return ""
    return f"最近24小时又有 {fresh} 条来文，回应之前24小时是 {before} 条"


def asks_anew(case: Case) -> str:
    """Why closing waits for a decision to go on or not; "" where nothing does."""
    decision = decision_of(case)
    if decision is not None:
        return decision.prompted_why if decision.prompted_at else ""
    if case.effect_reviews.filter(verdict=EffectReview.SECOND_WAVE).exists():
        return "核实的效果是第二波"
    return surge(case)


def prompt(case: Case, why: str) -> None:
    """A new surge: the decision is asked for anew. Once a decision."""
    decision = decision_of(case)
    if decision is not None:
        if decision.prompted_at is not None:
            return
        decision.prompted_at, decision.prompted_why = time.now(), why[:300]
        decision.save(update_fields=["prompted_at", "prompted_why"])
        record(f"case:{case.number}", "sustain.prompted", {"why": why}, Actor.SYSTEM, rows=[decision])
    key = f"surge:{case.pk}:{decision.pk if decision else 0}"
    tell(case, f"{named(case)} 回应之后又起波澜，请决定是否持续回应：{why}", key, "warning")


def named(case: Case) -> str:
    """The case in a notice; of a danger to life the number alone (Life first)."""
    return case.number if case.event.reserved else f"{case.number} {case.title}"


def tell(case: Case, words: str, key: str, urgency: notify.Urgency = "info") -> None:
    """The office, and whoever handles the case in the lead department."""
    lead = lead_of(case)
    people = [*able("office"), *(takers(lead) if lead else [])]
    page = f"/desk/cases/{case.number}/answer/"
    notify.send(words[:120], words, [user.username for user in people], urgency, key=key, url=page)


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
    if case.state != "answered" or not public.is_taken_back(case.pk):
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
    targets.why_not_linked,  # C8.9: as many linked channels as the level asks for, or why not
)


def register() -> None:
    for check in CHECKS:
        base.guard(check)
