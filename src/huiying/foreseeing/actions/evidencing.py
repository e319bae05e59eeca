"""Evidence of the four methods C6.2–C6.5: each row is the method; nothing can be ticked. The figures of 舆情跟踪
C6.2, a saved search over a period, are counted by the house and never typed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.foreseeing import surveying
from huiying.foreseeing.actions.assessing import to_change
from huiying.foreseeing.actions.consulting import read_questions
from huiying.foreseeing.actions.policies import note
from huiying.foreseeing.models import Assessment, Consultation, Deliberation, Survey, Tracking, Visit
from huiying.handling.models import Case, Meeting, MeetingSeat
from huiying.judging.models import EventPost, Screening
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.listening.models import Post
from huiying.listening.searching import find
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import zone
from huiying.people.standing import actor_of
from huiying.people.versions import join_names, require_text

MOST = 5000
_CHUNK = 500


def tracking_figures(words: str, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Counts of the posts that hold the words and were published, or where that is unknown received, in the period.

    `cut`: there were more than were read, so each count is a lower bound; the page says so.
    """
    own = Q(published_at__gte=since, published_at__lt=until)
    received = Q(published_at__isnull=True, received_at__gte=since, received_at__lt=until)
    found = find(words, MOST + 1, within=Post.objects.filter(own | received, version=1))
    posts, numbers = found.posts[:MOST], [post.pk for post in found.posts[:MOST]]
    hits, concerns, events = 0, Counter[str](), set[int]()
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        for band, concern in Screening.objects.filter(post__in=part).values_list("band", "concern"):
            hits += band == Screening.HIT
            if band == Screening.HIT and concern:
                concerns[concern] += 1
        places = EventPost.objects.filter(post__in=part, withdrawn_at__isnull=True)
        events.update(places.values_list("event_id", flat=True))
    local = zone()
    days = Counter((post.published_at or post.received_at).astimezone(local).date().isoformat() for post in posts)
    return {
        "posts": len(posts),
        "hits": hits,
        "events": len(events),
        "platforms": len({post.platform for post in posts}),
        "by_concern": dict(sorted(concerns.items())),
        "by_day": dict(sorted(days.items())),
        "cut": found.cut or len(found.posts) > MOST,
    }


PAPER_MOST = 100_000


def _own_words(text: str, least: int, what: str) -> str:
    """What people said, in our words: nobody's number or name goes into an assessment (§6.2)."""
    text = require_text(text, least, what)
    if mask_personal(text).changed:
        raise Refused(
            _("%(what)s里有个人信息（电话、证件号等），请删去再保存。") % {"what": what}, code="personal_data"
        )
    return text


@transaction.atomic
def track(
    row: Assessment, *, words: str, since: dt.date, until: dt.date, cases: Sequence[str], finding: str, actor: User
) -> Tracking:
    """舆情跟踪 (C6.2): the house counts; the person says what it means. Both days belong to the period."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    words = require_text(words, 2, _("检索词"))[:100]
    start = dt.datetime.combine(since, dt.time(), tzinfo=zone())
    end = dt.datetime.combine(until, dt.time(), tzinfo=zone()) + dt.timedelta(days=1)
    if end <= start:
        raise Refused(_("跟踪期间的结束日期要不早于开始日期。"), code="period")
    if since > time.now().astimezone(zone()).date():
        raise Refused(_("跟踪期间还没有开始，没有数字可用。"), code="in_the_future")
    numbers = list(dict.fromkeys(number.strip() for number in cases if number.strip()))
    known = set(
        Case.objects.filter(number__in=numbers, event__life_safety=False, event__sensitive="").values_list(
            "number", flat=True
        )
    )
    if missing := [number for number in numbers if number not in known]:
        raise Refused(_("没有这些编号的办件：%(names)s。") % {"names": join_names(missing)}, code="no_such_case")
    figures = tracking_figures(words, start, end)
    found = Tracking.objects.create(
        assessment=row,
        words=words,
        since=start,
        until=end,
        figures=figures,
        cases=numbers,
        finding=_own_words(finding, 4, _("跟踪的发现")),
        by=actor.name,
        at=time.now(),
    )
    told = {"n": row.n, "words": words, "posts": figures["posts"], "cases": numbers}
    note(row.policy, "method.tracked", told, actor_of(actor), [row, found])
    return found


@transaction.atomic
def survey(
    row: Assessment,
    *,
    title: str,
    frame: str,
    frame_size: int | None,
    drawn: str,
    asked: int | None,
    consultation: Consultation | None,
    questions: Sequence[Mapping[str, object]],
    actor: User,
) -> Survey:
    """抽样调查 (C6.3): frame and instrument stand before any answer. On the portal it is a consultation's survey."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    if drawn not in (Survey.RANDOM, Survey.CHOSEN, Survey.OPEN):
        raise Refused(_("请写明怎样抽的样：随机抽取、选定，或自愿参加。"), code="drawn")
    if consultation is not None:
        if consultation.opened_at is None or not consultation.questions:
            raise Refused(_("这次意见征集没有公开，或没有调查题，不能当作问卷。"), code="no_instrument")
        asked_of = [dict(question) for question in consultation.questions]
        if drawn == Survey.RANDOM:
            raise Refused(_("网上自愿参加的答卷不是随机抽样，不能推算全体；请选“自愿参加”。"), code="not_random")
    else:
        asked_of = read_questions(questions)
    if not asked_of:
        raise Refused(_("请写出调查题：没有问卷，就没有调查。"), code="no_instrument")
    if drawn != Survey.OPEN and not asked:
        raise Refused(_("请写明发出多少份、请了多少人：没有这个数就算不出回收率。"), code="asked")
    if asked and frame_size and asked > frame_size:
        raise Refused(_("请的人数不能多于抽样范围的总人数。"), code="asked")
    found = Survey.objects.create(
        assessment=row,
        consultation=consultation,
        title=require_text(title, 4, _("调查名称"))[:200],
        frame=require_text(frame, 4, _("抽样范围")),
        frame_size=frame_size,
        drawn=drawn,
        asked=asked,
        questions=asked_of,
        by=actor.name,
        at=time.now(),
    )
    told = {"n": row.n, **surveying.told(found)}
    note(row.policy, "method.survey_planned", told, actor_of(actor), [row, found])
    return found


@transaction.atomic
def enter_paper(row: Survey, *, sheets: int, counts: Sequence[Sequence[int]], actor: User) -> Survey:
    """Paper comes in as counts, a batch at a time: no sheet says more answers to a question than there are sheets."""
    require(actor, "policy.assess", row)
    assessment = to_change(row.assessment)
    row = Survey.objects.select_for_update(of=("self",)).select_related("consultation").get(pk=row.pk)
    if not 1 <= sheets <= PAPER_MOST:
        raise Refused(_("请填这一批有多少份答卷。"), code="sheets")
    if [len(one) for one in counts] != [len(question["options"]) for question in row.questions]:
        raise Refused(_("每道题的每个选项都要填一个数，没有人选就填 0。"), code="counts")
    if any(value < 0 for one in counts for value in one) or any(sum(one) > sheets for one in counts):
        raise Refused(_("一道题的答案不能多于答卷的份数（每题单选）。"), code="counts")
    if row.asked and surveying.answered(row) + sheets > row.asked:
        raise Refused(_("答卷多于请的人数，请核对份数。"), code="too_many")
    before = row.paper or [[0] * len(question["options"]) for question in row.questions]
    row.paper = [[a + b for a, b in zip(one, two, strict=True)] for one, two in zip(before, counts, strict=True)]
    row.paper_n += sheets
    row.save(update_fields=["paper", "paper_n"])
    told = {"n": assessment.n, "sheets": sheets, **surveying.told(row)}
    note(assessment.policy, "method.survey_counted", told, actor_of(actor), [assessment, row])
    return row


@transaction.atomic
def visit(row: Assessment, *, visited_on: dt.date, whom: str, place: str, views: str, actor: User) -> Visit:
    """重点走访 (C6.4): whom by what they do, never by name (§6.2)."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    if visited_on > time.now().astimezone(zone()).date():
        raise Refused(_("走访日期不能晚于今天：走访以后再登记。"), code="in_the_future")
    found = Visit.objects.create(
        assessment=row,
        visited_on=visited_on,
        whom=_own_words(whom, 2, _("走访了谁"))[:200],
        place=place.strip()[:200],
        views=_own_words(views, 4, _("听到的意见")),
        by=actor.name,
        at=time.now(),
    )
    told = {"n": row.n, "on": visited_on.isoformat(), "whom": found.whom}
    note(row.policy, "method.visited", told, actor_of(actor), [row, found])
    return found


@transaction.atomic
def deliberate(
    row: Assessment,
    *,
    held_on: dt.date,
    topic: str,
    chair: User,
    present: Sequence[User],
    minutes: str,
    dissents: Sequence[tuple[str, str]],
    actor: User,
) -> Deliberation:
    """会商分析 (C6.5): minutes with those who came; a different opinion in its own words; the chair signs later."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    people = list(dict.fromkeys(present))
    if held_on > time.now().astimezone(zone()).date():
        raise Refused(_("会商日期不能晚于今天：开过会再登记。"), code="in_the_future")
    if chair not in people:
        raise Refused(_("主持人要在到会的人里：没有到会的人，就没有纪要（C6.5）。"), code="attendance")
    if len(people) < 2:
        raise Refused(_("会商至少要有两个人到会，请选上到会的人（C6.5）。"), code="attendance")
    heard = [(name.strip(), words.strip()) for name, words in dissents if name.strip() or words.strip()]
    if any(not name or not words for name, words in heard):
        raise Refused(_("不同意见要写明是谁的、说了什么。"), code="dissent")
    found = Deliberation.objects.create(
        assessment=row,
        held_on=held_on,
        topic=require_text(topic, 4, _("议题"))[:200],
        chair=chair,
        chair_name=chair.name,
        present=[user.name for user in people],
        minutes=_own_words(minutes, 10, _("纪要")),
        dissents=[{"name": name[:100], "words": words} for name, words in heard],
        recorded_by=actor.name,
        recorded_user=actor.pk,
        at=time.now(),
    )
    told = {"n": row.n, "present": len(people), "dissents": len(heard), "chair": chair.name}
    note(row.policy, "method.deliberated", told, actor_of(actor), [row, found])
    return found


@transaction.atomic
def link_meeting(row: Assessment, *, number: str, actor: User) -> Deliberation:
    """A joint meeting that dealt with the matter stands in for a 会商: only with signed minutes, as they stand."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    meeting = Meeting.objects.filter(
        number=number.strip(), case__event__life_safety=False, case__event__sensitive=""
    ).first()
    if meeting is None:
        raise Refused(_("没有这个编号的联席会议，请核对。"), code="no_such_meeting")
    require(actor, "meeting.view", meeting)
    if meeting.state != Meeting.SIGNED or meeting.held_at is None or meeting.signed_at is None:
        raise Refused(_("这次会议的纪要还没有签发，不能作为依据。"), code="not_signed")
    if row.deliberations.filter(meeting=meeting).exists():
        raise Refused(_("这次会议已经在这份评估里。"), code="already_there")
    came = meeting.seats.filter(attendance=MeetingSeat.PRESENT)
    found = Deliberation.objects.create(
        assessment=row,
        meeting=meeting,
        held_on=meeting.held_at.astimezone(zone()).date(),
        topic=meeting.topic[:200],
        chair=meeting.chair,
        chair_name=meeting.chair_name,
        present=[seat.stood_in_by or seat.name for seat in came],
        minutes=f"{meeting.situation}\n{meeting.discussion}",
        dissents=[{"name": one.name, "words": one.words} for one in meeting.dissents.all()],
        recorded_by=actor.name,
        recorded_user=actor.pk,
        at=time.now(),
        signed_by=meeting.signed_by,
        signed_at=meeting.signed_at,
    )
    told = {"n": row.n, "present": len(found.present), "dissents": len(found.dissents), "meeting": meeting.number}
    note(row.policy, "method.deliberated", told, actor_of(actor), [row, found])
    return found


@transaction.atomic
def sign_deliberation(found: Deliberation, actor: User) -> Deliberation:
    """签发: by the chair alone (C6.5)."""
    row = to_change(found.assessment)
    found = Deliberation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    require(actor, "meeting.sign", found)
    if found.signed_at is not None:
        raise Refused(_("纪要已经签发。"), code="signed")
    found.signed_by, found.signed_at = actor.name, time.now()
    found.save(update_fields=["signed_by", "signed_at"])
    note(row.policy, "method.minutes_signed", {"n": row.n, "by": actor.name}, actor_of(actor), [row, found])
    return found
