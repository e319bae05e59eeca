"""热点回应、常见问题、澄清 （四）C4.4: written by staff, approved by a second person, corrected in the open (INV-4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, zone
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, require_text
from huiying.responding import bound, pages
from huiying.responding.models import TopicPage, TopicText
from huiying.responding.public import public_answer
from huiying.work import notify
from huiying.work.rows import next_number

LEAST_ANSWERS = 2  # a hot topic is built from several answers; of one there is the answer's own page
FIELDS = ("title", "asked", "text", "proof", "since", "answers", "note")


@transaction.atomic
def save_page(
    page: TopicPage | None,
    *,
    kind: str,
    title: str,
    asked: str,
    text: str,
    department: Department,
    actor: User,
    topic: str = "",
    proof: str = "",
    since: dt.date | None = None,
    answers: Sequence[str] = (),
    note: str = "",
    subject: str = "",
    events: Sequence[str] = (),
) -> TopicText:
    """Save the text. The same manifest is the same text; another voids what waits for its second person.

    What is public stays until the next text is approved, and a text after the first says what changed (C11.1).
    """
    require(actor, "page.draft", department)
    if page is not None:
        require(actor, "page.draft", page)
    page = _locked(page) if page is not None else None
    kind = page.kind if page is not None else kind
    told: dict[str, object] = {
        "title": require_text(title, 4, _("标题"))[:200],
        "asked": require_text(asked, 4, _("大家问的或流传的说法")),
        "text": require_text(text, 10, _("我们的答复或核实结果")),
        "proof": proof.strip() if kind == TopicPage.CLARIFICATION else "",
        "since": since if kind == TopicPage.CLARIFICATION else None,
        "answers": list(dict.fromkeys(answers)),
        "note": note.strip()[:500] if page is not None and page.published_at else "",
    }
    _check(kind, topic, department, told)
    if page is None:
        page = _begun(kind, topic, department, subject, events, actor)
    elif page.withdrawn_at is not None:
        raise Refused(_("这一页已经撤下，不能再改。请另写一页。"), code="withdrawn")
    sha = pages.manifest_of(kind, topic, department.code, **told)  # type: ignore[arg-type]
    latest = pages.newest(page)
    if latest is not None and latest.manifest_sha256 == sha and latest.decision != TopicText.RETURNED:
        return latest
    if page.published_at is not None and len(str(told["note"])) < 4:
        raise Refused(_("这一页已经公开：请写明改了什么，读者会看到（C11.1）。"), code="correction_note")
    page.topic, page.department = topic, department
    page.save(update_fields=["topic", "department"])
    row = TopicText.objects.create(
        page=page,
        number=latest.number + 1 if latest else 1,
        manifest_sha256=sha,
        drafter=actor.name,
        drafter_user=actor.pk,
        at=time.now(),
        **told,
    )
    _record(page, "page.saved", {"text": row.number, "manifest": sha, "title": row.title}, actor, page, row)
    return row


def _check(kind: str, topic: str, department: Department, told: dict[str, object]) -> None:
    if kind not in TopicPage.KINDS:
        raise Refused(_("请选择：热点回应、常见问题，或澄清。"), code="kind")
    if topic and topic not in regulation_now().routing.categories:
        raise Refused(_("制度里没有这个业务范畴。"), code="topic")
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    numbers = [str(number) for number in told["answers"]]  # type: ignore[attr-defined]
    unknown = [number for number in numbers if not _is_public(number)]
    if unknown:
        raise Refused(_("没有公开的答复：%(numbers)s。") % {"numbers": "、".join(unknown)}, code="answers")
    if kind == TopicPage.HOT and len(numbers) < LEAST_ANSWERS:
        raise Refused(
            _("热点回应由至少 %(n)d 份公开的答复合成；只有一份的，读者看那份答复就够了。") % {"n": LEAST_ANSWERS},
            code="answers",
        )
    if kind != TopicPage.CLARIFICATION:
        return
    if len(str(told["proof"])) < 4 or told["since"] is None:
        raise Refused(_("澄清须写明：流传的是哪一句、什么时候开始的、核实结果、有什么依据（C1.2）。"), code="proof")
    since = told["since"]
    assert isinstance(since, dt.date)
    if since > time.now().astimezone(zone()).date():
        raise Refused(_("开始流传的日期不能晚于今天。"), code="since")


def _is_public(number: str) -> bool:
    found = public_answer(number)
    return found is not None and found.is_answer


def _begun(
    kind: str, topic: str, department: Department, subject: str, events: Sequence[str], actor: User
) -> TopicPage:
    year = time.now().astimezone(zone()).year
    known = set(
        Event.objects.filter(number__in=events, life_safety=False, sensitive="").values_list("number", flat=True)
    )
    return TopicPage.objects.create(
        address=f"{year}-{next_number(f'page:{year}')}",
        kind=kind,
        topic=topic,
        department=department,
        subject=subject.strip()[:60],
        events=[number for number in dict.fromkeys(events) if number in known],
        made_by=actor.name,
        made_at=time.now(),
    )


def _locked(page: TopicPage) -> TopicPage:
    return TopicPage.objects.select_for_update(of=("self",)).select_related("department").get(pk=page.pk)


def _record(page: TopicPage, kind: str, payload: dict[str, object], actor: User, *rows: TopicPage | TopicText) -> None:
    told = {"page": page.address, "kind": page.kind, **payload}
    record(pages.chain_of(page), kind, told, actor_of(actor), rows=rows)


@transaction.atomic
def propose_page(page: TopicPage, actor: User) -> TopicText:
    """送另一人审核."""
    require(actor, "page.draft", page)
    page = _locked(page)
    row = pages.newest(page)
    if row is None or row.decision or row.proposed_at is not None or page.withdrawn_at is not None:
        raise Refused(_("没有要送审的新文稿。"), code="nothing_to_propose")
    row.proposed_at = time.now()
    row.save(update_fields=["proposed_at"])
    _record(page, "page.proposed", {"text": row.number, "manifest": row.manifest_sha256}, actor, row)
    people = [user.username for user in able("publish") if user.pk != row.drafter_user]
    words = f"{row.title} 待您审核公开"
    notify.send(words[:120], words, people, "warning", key=f"page:{row.pk}", url=f"/desk/pages/{page.pk}/")
    return row


@transaction.atomic
def decide_page(
    page: TopicPage,
    *,
    approve: bool,
    manifest_sha256: str,
    comment: str,
    actor: User,
    secrecy: bool = False,
    personal_data: bool = False,
) -> TopicText:
    """The second person's word on exactly the text that was seen. Approved, it is public at once (C4.4, INV-4)."""
    page = _locked(page)
    require(actor, "page.publish")
    row = pages.newest(page)
    if row is None or row.proposed_at is None or row.decision or page.withdrawn_at is not None:
        raise Refused(_("没有等待审核的文稿。"), code="nothing_proposed")
    row.page = page
    bound.check_page(row)
    if row.manifest_sha256 != manifest_sha256:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再审。"), code="other_text")
    if row.drafter_user == actor.pk:
        raise Refused(_("起草人不能审自己的文稿，请另一人审核。"), code="second_person")
    comment = comment.strip()
    if not approve and len(comment) < 4:
        raise Refused(_("退回须写明理由，至少 4 个字。"), code="too_short")
    if approve and not (secrecy and personal_data):
        raise Refused(_("请先做保密审查和个人信息审查，核对后勾选，再同意。"), code="checks_missing")
    row.decision = TopicText.APPROVED if approve else TopicText.RETURNED
    row.comment, row.decided_by, row.decided_user, row.decided_at = comment, actor.name, actor.pk, time.now()
    row.secrecy, row.personal_data = approve, approve
    row.save()
    told: dict[str, object] = {"text": row.number, "manifest": row.manifest_sha256}
    _record(page, "page.decided", {**told, "decision": row.decision, "comment": comment}, actor, row)
    if approve:
        first = page.published_at is None
        page.published_at = page.published_at or row.decided_at
        page.save(update_fields=["published_at"])
        told |= {"first": first, "title": row.title, "events": page.events}
        _record(page, "page.published", told, actor, page)
    else:
        drafter = User.objects.filter(pk=row.drafter_user).values_list("username", flat=True)
        words = f"{row.title} 被退回：{comment}"
        notify.send(words[:120], words, drafter, key=f"page-back:{row.pk}", url=f"/desk/pages/{page.pk}/")
    return row


@transaction.atomic
def withdraw_page(page: TopicPage, note: str, actor: User) -> TopicPage:
    """撤下: the address stays and says since when and why; the texts stay readable to staff (INV-1, C11.1)."""
    page = _locked(page)
    require(actor, "page.publish")
    if page.published_at is None or page.withdrawn_at is not None:
        raise Refused(_("这一页没有公开，或者已经撤下。"), code="not_public")
    page.withdrawn_note = require_text(note, 4, _("撤下的原因"))[:500]
    page.withdrawn_at, page.withdrawn_by = time.now(), actor.name
    page.save(update_fields=["withdrawn_note", "withdrawn_at", "withdrawn_by"])
    _record(page, "page.withdrawn", {"note": page.withdrawn_note}, actor, page)
    return page


def personal_data_in(row: TopicText) -> list[str]:
    """Kinds of personal data that the machine sees: a hint for 个人信息审查, not a verdict."""
    return sorted(mask_personal("\n".join([row.title, row.asked, row.text, row.proof, row.note])).kinds)
