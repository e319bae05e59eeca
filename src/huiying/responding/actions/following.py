"""After the answer （三）（八）: what a person makes of its effect, whether the bureau goes on speaking, and filings by
法定渠道 (C3.1, §2.1): once filed, the procedure's own clock runs.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling, clocks_statutory
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding import following
from huiying.responding.following import DAY, HOUR, hours_of
from huiying.responding.models import EffectReview, StatutoryFiling, SustainedDecision

VERDICTS = (EffectReview.SETTLED, EffectReview.PERSISTS, EffectReview.SECOND_WAVE)
SELDOM = 24 * 31  # hours: a promise for a later month than the next is none


@transaction.atomic
def judge_effect(review: EffectReview, verdict: str, comment: str, actor: User) -> EffectReview:
    """效: what a person makes of the heat after the answer, once its time has come (C3.2, C8.10).

    A second wave asks for the decision to go on anew.
    """
    case = handling.locked(review.case)
    review = EffectReview.objects.select_for_update(of=("self",)).select_related("publication").get(pk=review.pk)
    review.case = case
    require(actor, "effect.judge", case)
    if verdict not in VERDICTS:
        raise Refused(_("请选择：已平息、仍在议论，或又起一波。"), code="verdict")
    if review.verdict:
        raise Refused(_("这一次效果已经有人认定，认定不能改写。"), code="already_judged")
    now = time.now()
    if now < review.due_at:
        raise Refused(
            _("回应后满 %(hours)d 小时才看效果，现在还早（C3.2）。") % {"hours": review.hours}, code="too_early"
        )
    comment = handling.require_text(comment, 4, _("怎么看"))
    following.measure(review)
    review.verdict, review.comment, review.by, review.at = verdict, comment, actor.name, now
    review.next_action_at = None
    review.save(update_fields=["verdict", "comment", "by", "at", "next_action_at"])
    peak = following.peak_at(case.event)
    record(
        f"case:{case.number}",
        "effect.judged",
        {
            "hours": review.hours,
            "answer_at": at.isoformat() if (at := review.publication.published_at) else None,
            "verdict": verdict,
            "suggested": review.suggested,
            "comment": comment,
            "peak_at": peak.isoformat() if peak else None,
        },
        actor_of(actor),
        rows=[review],
    )
    if verdict == EffectReview.SECOND_WAVE:
        following.prompt(case, f"{review.hours}小时效果认定为又起一波")
    return review


@transaction.atomic
def decide_sustained(
    case: Case, sustained: bool, reason: str, every_hours: int | None, actor: User
) -> SustainedDecision:
    """视情况决定是否持续回应 (C8.8): yes with a rhythm and the next date, or no. The newest decision counts.

    `every_hours` left out: the rhythm that the file proposes for the level.
    """
    handling.decide_sustained(case, sustained, reason, actor)
    case = handling.locked(case)
    if every_hours is not None and not 1 <= every_hours <= SELDOM:
        raise Refused(_("多久再说一次，请填 1 到 %(most)d 小时。") % {"most": SELDOM}, code="rhythm")
    now = time.now()
    every = (every_hours or proposed_hours(case)) if sustained else None
    due = now + every * HOUR if every is not None else None
    before = list(case.sustained_decisions.filter(superseded_at__isnull=True))
    case.sustained_decisions.filter(superseded_at__isnull=True).update(superseded_at=now, next_action_at=None)
    made = SustainedDecision.objects.create(
        case=case,
        sustained=sustained,
        reason=case.sustained_reason,
        every_hours=every,
        next_due_at=due,
        next_action_at=due,
        by=actor.name,
        by_user=actor.pk,
        at=now,
    )
    kind, payload = "sustain.ended", dict[str, object]()
    if due is not None:
        kind, payload = "sustain.planned", {"every_hours": every, "next_due_at": due.isoformat()}
    record(f"case:{case.number}", kind, payload, actor_of(actor), rows=[*before, made])
    return made


def proposed_hours(case: Case) -> int:
    """The rhythm that the file proposes for the level; a day where it proposes none."""
    every = regulation_of(case.regulation).response.sustained_response_decision.every.get(case.level)
    return hours_of(every.elapsed if every is not None and every.elapsed else DAY)


OPEN_TO = LIVE | {"closed"}  # whoever is not content with the answer files after the end


@transaction.atomic
def record_filing(case: Case, channel: str, reference: str, filed_at: dt.datetime, actor: User) -> StatutoryFiling:
    """登记已依法提出: only now does the statutory limit run, from the day of filing, whatever was said in public."""
    case = handling.locked(case)
    require(actor, "filing.record", case)
    if case.state not in OPEN_TO:
        raise Refused(_("此件已经并案或作废，请在并入的那一件里登记。"), code="not_in_this_state")
    found = regulation_of(case.regulation).response.statutory_channels.get(channel)
    if found is None:
        raise Refused(_("制度里没有这样的法定渠道。"), code="unknown_channel")
    reference = file_number(reference)
    now = time.now()
    if filed_at > now:
        raise Refused(_("提出的时间不能晚于现在。"), code="in_the_future")
    if StatutoryFiling.objects.filter(channel=channel, reference=reference).exists():
        raise Refused(_("这个受理编号已经登记过。"), code="already_filed")
    who = actor_of(actor)
    row = StatutoryFiling.objects.create(
        case=case,
        channel=channel,
        reference=reference,
        filed_at=filed_at,
        clock=clocks_statutory.start(case, found, reference, filed_at, who),
        recorded_by=actor.name,
        recorded_at=now,
    )
    record(
        f"case:{case.number}",
        "statutory.filed",
        {
            "filing": row.pk,
            "channel": found.name,
            "reference": reference,
            "filed_at": filed_at.isoformat(),
            "clock": row.clock_id,
        },
        who,
        rows=[row],
    )
    return row


@transaction.atomic
def answer_filing(row: StatutoryFiling, answer_reference: str, actor: User) -> None:
    """登记法定答复: the written answer or decision of the procedure, by its number. It alone stops the clock."""
    case = handling.locked(row.case)
    require(actor, "filing.record", case)
    row = StatutoryFiling.objects.select_for_update(of=("self",)).select_related("clock__case").get(pk=row.pk)
    if row.answered_at is not None:
        raise Refused(_("已经登记过法定答复。"), code="already_answered")
    row.answer_reference = file_number(answer_reference)
    row.answered_at, row.answered_by = time.now(), actor.name
    row.save(update_fields=["answer_reference", "answered_at", "answered_by"])
    who = actor_of(actor)
    clocks_statutory.stop(row.clock, row.answer_reference, who)
    channel = regulation_of(case.regulation).response.statutory_channels.get(row.channel)
    record(
        f"case:{case.number}",
        "statutory.answered",
        {
            "filing": row.pk,
            "channel": channel.name if channel else row.channel,
            "reference": row.reference,
            "answer": row.answer_reference,
        },
        who,
        rows=[row],
    )


def file_number(text: str) -> str:
    """A number of a file, such as 「信访〔2026〕31号」: it has figures and is no name and no telephone number."""
    number = " ".join(text.split())
    if len(number) > 100 or not any(char.isdigit() for char in number):
        raise Refused(_("请填受理或答复的编号，不要写人名。"), code="no_number")
    if mask_personal(number).kinds:
        raise Refused(_("这里只写编号，不写电话、身份证号等个人信息。"), code="no_person")
    return number
