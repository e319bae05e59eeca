"""One morning of the bureau with everything in it that has an address: what the rows of `url_table` are asked about.

`build()` gives the people by column and the names that stand in braces in the table. Every case goes its own way
through the verbs, so that each state of the process has one.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

import stories
from cast import Cast, bureau
from huiying.handling import actions as handling, calling, clocks
from huiying.handling.actions import liaison, meetings, relating, table, tasks, work
from huiying.handling.actions.work import acknowledge_agenda, plan_agenda, see_reports
from huiying.handling.models import Case, Clock, Meeting, MeetingSeat, Task
from huiying.judging import actions as judging
from huiying.judging.models import Event, Screening, UrgentCall, Warning
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.listening.actions import receive_message
from huiying.people import actions as people
from huiying.people.actions.roster import set_shift
from huiying.people.models import Appointment, User
from huiying.responding import actions as responding, targets
from huiying.responding.following import UNKNOWN
from huiying.responding.models import EffectReview, Publication, ReviewRound
from huiying.work.models import Notice
from stream_of import COMPLAINT, LIFE, bring
from whole.url_table import PARTS

# Each column of the table: who looks. A department's head has only the cases of that department (C7.5).
COLUMNS = {
    "an": "",  # nobody is signed in
    "ad": "admin",  # manages people, has no post: no word of a case
    "du": "duty",  # 值班员
    "of": "office",  # 局办公室主任
    "ed": "editor",  # 采编
    "ld": "tech_head",  # head of the lead department (信息技术部) of every case but the one on danger to life
    "ot": "watch_head",  # head of a department that has no case
    "lg": "legal",  # 法规处: reviews everything
    "dl": "deputy",  # 分管副局长
    "in": "inspector",  # 督查
    "no": "guest",  # works in 信息技术部, holds no post
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
ENOUGH = "按核实的情况写明理由，供另一人复核"
BODY = "市委宣传部"
# Words that stand inside: in the bureau's own files, and in what a person in danger wrote.
INSIDE = "内部核查记录甲七三"
DANGER = LIFE


@dataclass
class World:
    cast: Cast
    users: dict[str, User | None] = field(default_factory=dict)  # column → person
    names: dict[str, str] = field(default_factory=dict)  # what the braces of the table stand for


_serial = itertools.count(1)


def _event(cast: Cast, title: str = "") -> Event:
    n, now = next(_serial), clock.now()
    return Event.objects.create(
        number=f"E20260914-{n:03d}", stream_no=900 + n, title=title or f"登录中断{INSIDE}之{n}", opened_at=now,
        last_post_at=now, first_known_at=now, suggested_level="L2", lead="Z-XX", concern="投诉", posts_count=1,
        platforms_count=1,
    )  # fmt: skip


def _new(cast: Cast, event: Event | None = None) -> Case:
    case = handling.open_case(event or _event(cast), cast.duty)
    handling.confirm_level(case, "L2", cast.office2, ENOUGH)
    return stories.again(case)


def _sent(cast: Cast, event: Event | None = None) -> Case:
    case = _new(cast, event)
    handling.route(case, cast.department("Z-XX"), [], ENOUGH, cast.duty2)
    return stories.again(case)


def _worked(cast: Cast, drafted: bool = True, event: Event | None = None) -> Case:
    """Handled; with a draft, and then the office has read what was reported to it."""
    case = _sent(cast, event)
    handling.accept(case, cast.tech_liaison)
    finding = handling.find(
        case, f"{INSIDE}，登录中断七十分钟。", "证书到期未续。", "两个标段推迟。", cast.tech_liaison
    )
    handling.dispose(case, finding, "已续证书，开标顺延。", True, cast.tech_liaison)
    case = stories.again(case)
    if drafted:
        texts = dict.fromkeys(("portal", "weibo"), "登录服务已恢复，受影响的两个标段开标顺延。")
        draft: dict[str, Any] = stories.DRAFT | {"renditions": texts}
        responding.save_revision(case, actor=cast.tech_liaison, **draft)
        see_reports(case, cast.office2)
    return stories.again(case)


def _submitted(cast: Cast, event: Event | None = None) -> ReviewRound:
    return responding.submit(_worked(cast, event=event), cast.tech_liaison)


def _approved(cast: Cast, event: Event | None = None) -> Case:
    round_ = _submitted(cast, event)
    stories.approve(cast, round_)
    return stories.again(round_.case)


def _answered(cast: Cast, event: Event | None = None) -> Case:
    """On the portal; what stands in the way of its end is only the decision on going on. Three days do not pass here:
    what a person made of the effect stands as rows.
    """
    case = _approved(cast, event)
    responding.release(case, ["portal", "weibo"], cast.office2)
    stories.do_what_is_due()
    see_reports(case, cast.office2)
    liaison.exempt(case, ENOUGH, cast.office2)
    judged = {
        "after": dict(UNKNOWN),
        "verdict": EffectReview.SETTLED,
        "comment": ENOUGH,
        "at": clock.now(),
        "next_action_at": None,
    }
    EffectReview.objects.filter(case=case).update(**judged)
    return stories.again(case)


def build() -> World:
    cast = bureau()
    guest = User.objects.create_user(
        "guest", "新来的小何", None, department=cast.department("Z-XX"), joined_at=clock.now()
    )
    cast.people["guest"] = guest
    world = World(cast, {column: cast.people.get(username) for column, username in COLUMNS.items()})
    for part in (_listening, _life, _cases, _publications, _people, _together, _outside, _bureau):
        world.names |= {name: str(value) for name, value in part(cast).items()}
    for rows in PARTS:
        world.names |= {name: str(value) for name, value in rows.world(cast, world.names).items()}
    return world


def _listening(cast: Cast) -> dict[str, Any]:
    """Events that wait for a decision, a warning, a suspect, a citizen's message."""
    heard = stories.hear()
    doubtful = _event(cast)
    judging.propose_dismissal(doubtful, "misread", ENOUGH, cast.duty2)
    judging.set_concern(doubtful, "谣言", cast.duty2, claim="明天停止开标", proof="公告栏没有这样的通知")
    (unsure,) = bring("围标了，评标结果有猫腻，保证金不退")
    Screening.objects.filter(post=unsure).update(band=Screening.SUSPECT, cleared="")
    (decided,) = bring("有个地方窗口态度很差，说不上是哪家单位")
    Screening.objects.filter(post=decided).update(band=Screening.SUSPECT, cleared="")
    row = Screening.objects.get(post=decided)
    judging.clear_suspect(row, "out", cast.duty2)
    receipt = receive_message("咨询", stories.CONSULTATION, "")
    return {
        "event": heard.number,
        "heard_post": heard.members.get().post_id,
        "doubtful": doubtful.number,
        "into": _event(cast).number,
        "warning": Warning.objects.filter(event=heard).get().pk,
        "suspect": Screening.objects.get(post=unsure).pk,
        "cleared": row.pk,
        "message": receipt.number,
        "code": receipt.query_code,
    }


def _life(cast: Cast) -> dict[str, Any]:
    """Danger to life: its event, the call that nobody has taken, and its case with another department."""
    (post,) = bring(LIFE, own_channel=True)
    event = Event.objects.get(members__post=post)
    assert event.life_safety
    stories.do_what_is_due()
    case = handling.open_case(event, cast.duty)
    handling.route(case, cast.department("GCC"), [], ENOUGH, cast.duty)
    case = stories.again(case)
    letter = liaison.draft_liaison(case, BODY, "", ENOUGH, "", cast.duty)
    return {
        "life_event": event.number,
        "life": case.number,
        "call": UrgentCall.objects.get().pk,
        "life_call": calling.call(_clock(case), 0).pk,
        "life_slip": case.slips.get().pk,
        "life_file": work.attach(case, text_file(), cast.works_liaison).pk,
        "life_task": _task(cast, case, owner=cast.works_liaison, actor=cast.duty).pk,
        "life_letter": letter.pk,
        "life_meeting": _meeting_on_danger(cast, case).pk,
    }


def _clock(case: Case) -> Clock:
    found = (
        clocks.live(case).filter(act="respond", is_legal=True).select_related("case__event", "case__regulation").first()
    )
    assert found is not None
    return found


def _task(cast: Cast, case: Case, *, owner: User, actor: User, kind: str = Task.MATTER) -> Task:
    assert owner.department is not None
    due_at = clock.now() + dt.timedelta(days=2)
    return tasks.make_task(case, kind, "逐一电话告知投标人", owner.department, owner, due_at, actor)


def _meeting_on_danger(cast: Cast, case: Case) -> Meeting:
    """With the leader and the department alone: whoever is called to a meeting knows of it."""
    now = clock.now()
    meeting = Meeting.objects.create(
        number="会商〔2026〕90号", case=case, topic="研判处置", place="三楼", starts_at=now + dt.timedelta(hours=3),
        quorum=0.5, chair=cast.deputy, chair_name=cast.deputy.name, convened_by=cast.office.name, convened_at=now,
    )  # fmt: skip
    for user in (cast.deputy, cast.works_head):
        MeetingSeat.objects.create(meeting=meeting, user=user, name=user.name, notified_at=now)
    return meeting


def _cases(cast: Cast) -> dict[str, Any]:
    """A case in every state of the process, with the proposals that wait for a second person."""
    back, proposed, review, closed = _sent(cast), _worked(cast), _submitted(cast), _answered(cast)
    handling.decide_sustained(closed, False, ENOUGH, cast.office2)
    targets.excuse(closed, ENOUGH, cast.office2)
    handling.close(closed, f"{ENOUGH}\n不需要源头整改：{ENOUGH}", cast.office2)
    handling.return_case(back, ENOUGH, cast.tech_liaison)
    handling.propose_lower(proposed, "L1", ENOUGH * 3, cast.office2)
    review_on = clock.now().date().replace(day=28)
    responding.propose_withhold(proposed, "internal", ENOUGH, review_on, cast.office2)
    asked, token = responding.ask_confirmation(review.case, "市住房和城乡建设局", "", cast.tech_liaison)
    return {
        "new": _new(cast).number,
        "sent": _sent(cast).number,
        "back": back.number,
        "bare": _worked(cast, drafted=False).number,
        "work": _worked(cast).number,
        "proposed": proposed.number,
        "review": review.case.number,
        "step": review.steps.get(role="division_head").pk,
        "sha": review.manifest_sha256,
        "closed": closed.number,
        "ok": _approved(cast).number,
        "confirmation": asked.pk,
        "token": token,
        "merged": _merged(cast).number,
    }


def _merged(cast: Cast) -> Case:
    loser = _sent(cast)
    relating.merge_cases(loser, _sent(cast), cast.duty2)
    return stories.again(loser)


def _together(cast: Cast) -> dict[str, Any]:
    """What people do together on a case: facts, tasks, files, a call that rings, an asker, two matters in one."""
    busy = _worked(cast)
    two = _sent(cast, _two_posts())
    receipt = receive_message("投诉", f"{stories.RUMOUR}谁来答复我们？", "0412-1234567")
    while judge_pending().screened:
        pass
    asked = _answered(cast, Event.objects.get(members__post__message__number=receipt.number))
    return {
        "busy": busy.number,
        "ring": calling.call(_clock(busy), 1).pk,
        "file": work.attach(busy, text_file(), cast.tech_liaison).pk,
        "task": _task(cast, busy, owner=cast.tech_liaison, actor=cast.tech_head).pk,
        "help": _task(cast, busy, owner=cast.watch_head, actor=cast.tech_head, kind=Task.HELP).pk,
        "slip": busy.slips.get().pk,
        "two": two.number,
        "second_post": two.event.members.order_by("post").last().post_id,
        "asked": asked.number,
        "asker": receipt.number,
        "liaison_of_lead": cast.tech_liaison.pk,
    }


def _two_posts() -> Event:
    bring(COMPLAINT, COMPLAINT.replace("一直", "还"))
    event = Event.objects.get(members__post__text=COMPLAINT)
    assert event.members.count() == 2
    return event


def _outside(cast: Cast) -> dict[str, Any]:
    """What goes to others: letters with their public link, a clue, meetings before and after."""
    case, later, guests = _worked(cast), _worked(cast), _worked(cast)
    liaison.propose_clue(case, "公安机关", ENOUGH, ENOUGH, cast.office2)
    sent = liaison.draft_liaison(case, BODY, "", ENOUGH, "", cast.office2)
    link = liaison.send_liaison(sent, "link", cast.office2)
    told = liaison.draft_liaison(later, BODY, "", ENOUGH, "", cast.office2)
    used = liaison.send_liaison(told, "link", cast.office2)
    liaison.answer_liaison(str(used), "true", "值班的同志", ENOUGH)
    meeting = _convened(cast, case)
    held = _convened(cast, later)
    seats = {seat.pk: MeetingSeat.PRESENT for seat in held.seats.all()}
    meetings.hold(held, seats, {}, cast.office2)
    meetings.minute(held, ENOUGH, ENOUGH, [], [], cast.office2)
    return {
        "clued": case.number,
        "clue": case.clues.get().pk,
        "letter": liaison.draft_liaison(case, BODY, "", ENOUGH, "", cast.office2).pk,
        "letter_sent": sent.pk,
        "link": link,
        "used_link": used,
        "meeting": meeting.pk,
        "attendance": " ".join(f"seat_{seat.pk}=present" for seat in meeting.seats.all()),
        "seats": json.dumps(
            [{"seat": seat.pk, "attendance": "present"} for seat in meeting.seats.all()], separators=(",", ":")
        ),
        "held": held.pk,
        "guests": _convened(cast, guests, cast.watch_head).pk,
        "deputy": cast.deputy.pk,
    }


def _convened(cast: Cast, case: Case, *guests: User) -> Meeting:
    tomorrow = clock.now() + dt.timedelta(days=1)
    return meetings.convene(case, "研判处置", "三楼会议室", tomorrow, cast.deputy, guests, cast.office2)


def _bureau(cast: Cast) -> dict[str, Any]:
    """What belongs to no case: the routing table, shifts, plans, a phone, a notice."""
    department = cast.department("Z-XX")
    proposal = table.propose_rule("GC", "", "", department, [], ENOUGH, cast.office2)
    rule = table.propose_rule("ZC", "", "", department, [], ENOUGH, cast.office2)
    table.second_rule(rule, True, cast.office)
    cast.network.phone = "0412-7654321"
    cast.network.save(update_fields=["phone"])
    (shift,) = set_shift(
        cast.duty2, clock.now() + dt.timedelta(days=4), clock.now() + dt.timedelta(days=4.5), cast.office2
    )
    due_on = clock.now().date() + dt.timedelta(days=7)
    plan, seen = (plan_agenda(department, "2026Q3", ENOUGH, due_on, cast.tech_head) for _n in range(2))
    acknowledge_agenda(seen, cast.tech_head)
    return {
        "proposal": proposal.pk,
        "rule": rule.pk,
        "shift": shift.pk,
        "plan": plan.pk,
        "planned": seen.pk,
        "duty2": cast.duty2.pk,
        "notice": Notice.objects.filter(recipient="office").latest("id").pk,
    }


def _publications(cast: Cast) -> dict[str, Any]:
    """Answers on the portal; one is to be posted by hand, one waits for the person who compares."""
    done, checked = _answered(cast), _answered(cast)
    handling.decide_sustained(checked, False, ENOUGH, cast.office2)
    targets.excuse(checked, ENOUGH, cast.office2)
    to_check = Publication.objects.get(case=checked, channel="by_hand")
    responding.record_post(to_check, "https://weibo.example/1", screenshot(), cast.office2)
    live = Publication.objects.get(case=done, channel="portal")
    return {
        "done": done.number,
        "checked": checked.number,
        "to_post": Publication.objects.get(case=done, channel="by_hand").pk,
        "to_check": to_check.pk,
        "evidence": live.evidence_id,
    }


def _people(cast: Cast) -> dict[str, Any]:
    """Somebody to invite, to appoint and to relieve."""
    department = cast.department("GCC")
    invited, token = people.add_person(username="later", name="待到岗的小钱", department=department, actor=cast.admin)
    return {
        "invited": invited.pk,
        "invitation": token,
        "network": cast.network.pk,
        "post": Appointment.objects.get(user=cast.network).pk,
        "GCC": department.pk,
    }


def screenshot() -> SimpleUploadedFile:
    return SimpleUploadedFile("s.png", PNG, "image/png")


def text_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("清单.txt", INSIDE.encode(), "text/plain")
