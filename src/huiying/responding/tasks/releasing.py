"""What happens later of what is said unasked and of the dialogue （四）（十一）, C6.14: reminders of the calendar and
of gaps, packs to partners, letters to followers, requests and pages that wait; and what `huiying check` says of all
that nobody did.
"""

from __future__ import annotations

import datetime as dt

from huiying.kernel import clock as time
from huiying.people import registers
from huiying.people.models import Platform
from huiying.responding import pages, releasing
from huiying.responding.actions import dialogue, partners, releasing as disclosing, releasing as gap_actions
from huiying.responding.models import DisclosureItem, InfoGap, PersonalRequest, Subscription
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import Result, handler
from huiying.work.schedule import every, poller

WORDS = {
    registers.NO_OPENING: ("没有登记开通日期", "no opening date"),
    registers.NO_ADMINISTRATOR: ("没有在岗的管理员", "no administrator in post"),
    registers.NO_BACKUP: ("没有在岗的备用管理员", "no backup administrator in post"),
    registers.NEVER_POSTED: ("从未发布", "never posted"),
    registers.DORMANT: ("停更", "dormant"),
    registers.NO_SECURITY_CHECK: ("没有做过安全检查", "never checked for security"),
    registers.OLD_SECURITY_CHECK: ("安全检查超过一个季度", "security check older than a quarter"),
}


@poller("disclosures", due=lambda now: DisclosureItem.objects.filter(next_action_at__lte=now).exists())
def remind_of_disclosures(now: dt.datetime, limit: int) -> int:
    return disclosing.remind(now, limit)


@poller("info_gaps", due=lambda now: InfoGap.objects.filter(next_action_at__lte=now).exists())
def remind_of_gaps(now: dt.datetime, limit: int) -> int:
    return gap_actions.remind_of_gap(now, limit)


def _delivered(job: Job, result: Result) -> None:
    if result and result["sent"]:
        partners.delivered(int(job.payload["push"]))


@handler(partners.KIND, external=True, lease=dt.timedelta(minutes=3), then=_delivered)
def send_pack(job: Job) -> dict[str, bool]:
    return {"sent": partners.deliver(int(job.payload["push"]))}


@auditor("disclosures")
def late_disclosures() -> list[Finding]:
    """C11.1: what was to be public by a day and is not."""
    return [
        Finding(
            "disclosure.late",
            "error",
            f"主动公开事项“{item.title}”应于 {item.due_on:%Y-%m-%d} 公开，{item.department.name}还没有登记公开。",
            f"The disclosure “{item.title}” was due on {item.due_on:%Y-%m-%d} and is not public.",
        )
        for item in releasing.late_items()
    ]


@auditor("press")
def late_releases() -> list[Finding]:
    """C11.5 时效性: planned for a moment that has passed."""
    return [
        Finding(
            "press.late",
            "warning",
            f"新闻稿 {release.number} 计划的发布时间已过，还没有公开。",
            f"Press release {release.number} is past its planned time and not public.",
        )
        for release in releasing.planned_late(time.now())
    ]


@auditor("info_gaps")
def late_gaps() -> list[Finding]:
    """C6.14"""
    return [
        Finding(
            "gap.late",
            "error",
            f"补信息任务“{gap.question}”已过期限，责任人{gap.owner_name}。",
            f"The information gap “{gap.question}” is past its date ({gap.owner_name}).",
        )
        for gap in releasing.late_gaps(time.now())
    ]


@auditor("platforms")
def neglected_platforms() -> list[Finding]:
    """C11.2, C12.2: an account that had its time and is dormant, headless or unlooked-at; one finding each."""
    now, found = time.now(), []
    for platform in registers.platforms():
        if now - registers.owed_since(platform) > dt.timedelta(days=platform.dormant_days):
            wrong = registers.problems(platform, now)
            if wrong:
                found.append(_neglected(platform, wrong))
    if registers.wechat_is_missing():
        found.append(
            Finding(
                "platform.not_opened",
                "warning",
                "制度要求开通政务微信，平台登记里还没有一个写明开通日期的。",
                "The regulation asks for an official WeChat account; none in the register has been opened.",
            )
        )
    return found


def _neglected(platform: Platform, wrong: list[str]) -> Finding:
    severity = "error" if registers.DORMANT in wrong else "warning"
    zh = "、".join(WORDS[code][0] for code in wrong)
    en = ", ".join(WORDS[code][1] for code in wrong)
    return Finding(
        "platform.neglected",
        severity,  # type: ignore[arg-type]
        f"平台“{platform.name}”：{zh}。",
        f"The account “{platform.name_en or platform.name}”: {en}.",
    )


@auditor("partners")
def untested_partners() -> list[Finding]:
    """C11.3: contacts are tried quarterly; whom the regulation names is a partner."""
    found = [
        Finding(
            "partner.untested",
            "warning",
            f"合作账号“{row.partner.name}”的联系人已到抽查时间。",
            f"The contact of the partner “{row.partner.name}” is due to be tried.",
        )
        for row in registers.tested(list(registers.partners()))
        if row.overdue
    ]
    return found + [
        Finding(
            "partner.missing",
            "warning",
            f"制度要求与“{name}”建立联系，合作账号里还没有它。",
            f"The regulation wants a link with “{name}”, which is no partner yet.",
        )
        for name in registers.unlinked()
    ]


WAITS_LONG = dt.timedelta(days=2)


@handler(dialogue.CONFIRM, external=True)
def confirm_letter(job: Job) -> None:
    dialogue.send_letter(job)


@handler(dialogue.NEWS, external=True)
def news_letter(job: Job) -> None:
    dialogue.send_letter(job)


@every("followers.tell", 300)
def tell_followers() -> None:
    if Subscription.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True).exists():
        dialogue.tell(time.now())


@every("followers.purge", 3600)
def forget_unconfirmed() -> None:
    dialogue.purge_unconfirmed(time.now())


@every("requests.purge", 86_400)
def forget_what_was_asked() -> None:
    dialogue.purge_originals(time.now())


@auditor("personal_requests")
def late_requests() -> list[Finding]:
    """§6.2: whoever asked about their own data hears in time."""
    rows = PersonalRequest.objects.filter(decided_at__isnull=True, due_at__lt=time.now()).order_by("due_at")
    return [
        Finding(
            "personal_request.late",
            "error",
            f"更正或删除请求 {row.number} 已过办理期限，还没有决定。",
            f"The request {row.number} for a correction or deletion is past its date without a decision.",
        )
        for row in rows
    ]


@auditor("topic_pages")
def unreviewed_pages() -> list[Finding]:
    """C4.4: a hot topic that waits for its second person for days is answered late."""
    rows = pages.waiting().filter(proposed_at__lt=time.now() - WAITS_LONG)
    return [
        Finding(
            "topic_page.waiting",
            "warning",
            f"“{row.title}”送审超过两天，还没有人审核。",
            f"The page “{row.title}” has waited for its review for over two days.",
        )
        for row in rows
    ]
