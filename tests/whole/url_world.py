"""One morning of the bureau with everything in it that has an address: what the rows of `url_table` are asked about.

`build()` gives the people by column and the names that stand in braces in the table. Every case goes its own way
through the verbs, so that each state of the process has one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

import stories
from cast import Cast, bureau
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.judging import actions as judging
from huiying.judging.models import Event, Screening, UrgentCall, Warning
from huiying.kernel import clock
from huiying.listening.actions import receive_message
from huiying.people import actions as people
from huiying.people.models import Appointment, User
from huiying.responding import actions as responding
from huiying.responding.models import Publication, ReviewRound
from stream_of import LIFE, bring

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


def _new(cast: Cast) -> Case:
    case = handling.open_case(_event(cast), cast.duty)
    handling.confirm_level(case, "L2", cast.office2, ENOUGH)
    return stories.again(case)


def _sent(cast: Cast, to: str = "Z-XX") -> Case:
    case = _new(cast)
    handling.route(case, cast.department(to), [], ENOUGH, cast.duty2)
    return stories.again(case)


def _worked(cast: Cast, drafted: bool = True) -> Case:
    case = _sent(cast)
    handling.accept(case, cast.tech_liaison)
    finding = handling.find(
        case, f"{INSIDE}，登录中断七十分钟。", "证书到期未续。", "两个标段推迟。", cast.tech_liaison
    )
    handling.dispose(case, finding, "已续证书，开标顺延。", True, cast.tech_liaison)
    case = stories.again(case)
    if drafted:
        texts = dict.fromkeys(("portal", "by_hand"), "登录服务已恢复，受影响的两个标段开标顺延。")
        draft: dict[str, Any] = stories.DRAFT | {"renditions": texts}
        responding.save_revision(case, actor=cast.tech_liaison, **draft)
    return stories.again(case)


def _submitted(cast: Cast) -> ReviewRound:
    return responding.submit(_worked(cast), cast.tech_liaison)


def _approved(cast: Cast) -> Case:
    round_ = _submitted(cast)
    stories.approve(cast, round_)
    return stories.again(round_.case)


def _answered(cast: Cast) -> Case:
    case = _approved(cast)
    responding.release(case, ["portal", "by_hand"], cast.office2)
    stories.do_what_is_due()
    return stories.again(case)


def build() -> World:
    cast = bureau()
    guest = User.objects.create_user(
        "guest", "新来的小何", None, department=cast.department("Z-XX"), joined_at=clock.now()
    )
    cast.people["guest"] = guest
    world = World(cast, {column: cast.people.get(username) for column, username in COLUMNS.items()})
    for part in (_listening, _life, _cases, _publications, _people):
        world.names |= {name: str(value) for name, value in part(cast).items()}
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
    return {"life_event": event.number, "life": case.number, "call": UrgentCall.objects.get().pk}


def _cases(cast: Cast) -> dict[str, Any]:
    """A case in every state of the process, with the proposals that wait for a second person."""
    back, proposed, review, closed = _sent(cast), _worked(cast), _submitted(cast), _answered(cast)
    handling.decide_sustained(closed, False, ENOUGH, cast.office2)
    handling.close(closed, ENOUGH, cast.office2)
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
    }


def _publications(cast: Cast) -> dict[str, Any]:
    """Answers on the portal; one is to be posted by hand, one waits for the person who compares."""
    done, checked = _answered(cast), _answered(cast)
    handling.decide_sustained(checked, False, ENOUGH, cast.office2)
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
