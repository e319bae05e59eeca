"""（六）（十二）: what can be put on paper has its button on the page of the object, and only where it can."""

from __future__ import annotations

import datetime as dt

from django.test import Client

import risk_told
from cast import Cast
from documents.test_measures_on_paper import decided, talked
from huiying.documents.actions.issuing import issue_special_report
from huiying.documents.models import IssuedDocument
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from overseeing.oversight_of import overdue, proposed
from stories import answered


def page(user: User, address: str, language: str = "zh-hans") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def send(user: User, address: str, **form: object) -> str:
    client = Client()
    client.force_login(user)
    response = client.post(address, form)
    assert response.status_code == 302, response.content.decode()[:500]
    return str(response.headers["Location"])


def test_c12_4_a_measure_that_was_decided_is_put_on_paper_from_its_page(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = proposed(cast, case, "督办")
    button = f"/desk/documents/issue/supervision/{row.pk}/"
    assert button not in page(cast.inspector, f"/desk/measures/{row.pk}/")
    row = decided(cast, frozen, "督办", case)
    button = f"/desk/documents/issue/supervision/{row.pk}/"
    assert button in page(cast.inspector, f"/desk/measures/{row.pk}/")
    assert "Put on paper: Supervision slip" in page(cast.inspector, f"/desk/measures/{row.pk}/", "en")
    assert button not in page(cast.tech_head, f"/desk/measures/{row.pk}/")
    made = send(cast.inspector, button)
    assert made == f"/desk/documents/{IssuedDocument.objects.get().pk}/"
    assert "督办〔2026〕1号" in page(cast.inspector, made)
    assert "督办〔2026〕1号" in page(cast.tech_head, made)


def test_c12_5_a_talk_is_recorded_on_the_page_and_then_put_on_paper(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(cast, frozen, "约谈")
    address = f"/desk/measures/{row.pk}/"
    assert "记录约谈" in page(cast.inspector, address)
    held = clock.now().astimezone(dt.timezone(dt.timedelta(hours=8)))
    send(
        cast.inspector, f"{address}do/talk/", held_at=f"{held:%Y-%m-%dT%H:%M:%S}", place="三楼会议室", leader="deputy",
        attended="tech_head", words="谈了证书到期没有人管的问题。", promises="三日内续齐证书。",
    )  # fmt: skip
    shown = page(cast.inspector, address)
    assert "三日内续齐证书。" in shown
    assert f"/desk/documents/issue/talk/{row.pk}/" in shown
    assert "记录约谈" not in shown


def test_c12_5_whoever_may_not_record_a_talk_sees_why(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(cast, frozen, "约谈")
    assert "/do/talk/" not in page(cast.tech_head, f"/desk/measures/{row.pk}/")
    assert talked(cast, row).talk["attended"] == "信息部部长"


def test_c6_1_an_approved_assessment_is_put_on_paper_from_the_policy(cast: Cast) -> None:
    row = risk_told.whole(cast)
    address = f"/desk/policies/{row.policy_id}/"
    button = f"/desk/documents/issue/risk/{row.pk}/"
    assert button not in page(cast.tech_liaison, address)
    risk_told.agreed(cast, row)
    assert button in page(cast.tech_liaison, address)
    assert button not in page(cast.legal, address)
    assert "风险评估〔2026〕1号" in page(cast.duty, send(cast.tech_liaison, button))


def test_c12_3_the_conformance_page_is_put_on_paper_for_the_inspector(cast: Cast, frozen: FrozenClock) -> None:
    answered(cast)
    frozen.advance(dt.timedelta(minutes=2))
    assert "Put on paper for the inspector" in page(cast.inspector, "/desk/conformance/?period=2026Q3", "en")
    assert "/desk/conformance/paper/" not in page(cast.legal, "/desk/conformance/")
    made = send(cast.inspector, "/desk/conformance/paper/?period=2026Q3")
    shown = page(cast.inspector, made)
    assert "制度落实情况表（2026-Q3）" in shown
    assert "C13.1" in shown


def test_c6_10_a_report_is_superseded_on_its_page_and_the_list_says_so(cast: Cast) -> None:
    case = answered(cast)
    one, other = issue_special_report(case, cast.office), issue_special_report(case, cast.office)
    address = f"/desk/documents/{one.pk}/"
    assert "出这份专报的人不能自己撤回" in page(cast.office, address)
    send(cast.deputy, f"{address}do/withdraw/", reason="来文漏数了一个平台，重出。", replaced_by=other.pk)
    shown = page(cast.deputy, address)
    assert "已被替代，以这一份为准" in shown
    assert f"/desk/documents/{other.pk}/" in shown
    assert "/do/withdraw/" not in shown
    assert "已被替代" in page(cast.deputy, "/desk/documents/")
    assert "Superseded" in page(cast.deputy, "/desk/documents/", "en")
