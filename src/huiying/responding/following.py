"""What begins when an answer is public: its effect is looked at later, and a promise of more moves on （三）（八）."""

from __future__ import annotations

import datetime as dt

from huiying.handling.models import Case
from huiying.handling.queries import lead_of
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.queries import able, regulation_of, takers
from huiying.regulation.schema_response import Effect
from huiying.responding import heat
from huiying.responding.models import EffectReview, Publication, Revision, SustainedDecision
from huiying.work import notify

HOUR = dt.timedelta(hours=1)
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
            before=heat.heat(case.event, at - after.elapsed, at),
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
        review.after = heat.heat(review.case.event, at, review.due_at)
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


def suggestion(rule: Effect | None, before: heat.Heat, after: heat.Heat) -> str:
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
    said = [at for at, *_rest in heat.said(case.event)]
    fresh = sum(since < at <= now for at in said)
    before = sum(case.answered_at - DAY <= at < case.answered_at for at in said)
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
