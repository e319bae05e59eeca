"""The pages of oversight （十二）（十三）（十四）, as each person meets them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast, builtin_text
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.actions import measures
from huiying.overseeing.models import Appeal, Assessment, Measure
from huiying.people.models import Interpretation, RegulationVersion, User
from overseeing.oversight_of import DAY, overdue, proposed, shown
from stories import again

Seen = Callable[..., str]


@pytest.fixture
def see(client: Client) -> Seen:
    def get(who: User, address: str, status: int = 200, language: str = "zh-hans") -> str:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        response = client.get(address, headers={"accept-language": language})
        assert response.status_code == status, address
        return response.content.decode()

    return get


@pytest.fixture
def send(client: Client) -> Callable[..., int]:
    def post(who: User, address: str, **form: object) -> int:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(address, form).status_code

    return post


def test_the_whole_regulation_stands_on_one_page_c12_3(cast: Cast, see: Seen) -> None:
    page = see(cast.inspector, "/desk/conformance/?period=2026Q3")
    for clause in ("C1.1", "C5.18", "C7.5", "C10.4", "C14.1"):
        assert f">{clause} " in page
    # Of this regulation no clause is without an indicator, and each of its six classes is covered.
    assert "本系统还没有这一项的指标" not in page
    assert "还没有可算的" in page


def test_departments_do_not_read_the_page_of_the_whole_regulation(cast: Cast, see: Seen) -> None:
    see(cast.tech_head, "/desk/conformance/", 404)
    see(cast.admin, "/desk/conformance/", 404)


def test_each_clause_leads_to_the_entries_behind_it_inv_9(cast: Cast, frozen: FrozenClock, see: Seen) -> None:
    case = overdue(cast, frozen)
    page = see(cast.inspector, "/desk/conformance/C8.5/?period=2026Q3")
    assert f"case:{case.number}#" in page
    assert "逾期" in page
    see(cast.inspector, "/desk/conformance/C99.1/", 404)


def test_what_is_about_a_danger_to_life_is_kept_from_whoever_does_not_act_on_it(
    cast: Cast, frozen: FrozenClock, see: Seen
) -> None:
    """Life first: the entries of such a case stand on no page of figures."""
    case = overdue(cast, frozen)
    row = proposed(cast, case)
    case.event.life_safety = True
    case.event.save(update_fields=["life_safety"])
    for address in ("/desk/conformance/C8.5/?period=2026Q3", f"/desk/measures/{row.pk}/"):
        assert f"case:{case.number}#" not in see(cast.inspector, address)
        assert f"case:{case.number}#" in see(cast.deputy, address)


def test_figures_are_read_again_on_request(
    cast: Cast, frozen: FrozenClock, see: Seen, send: Callable[..., int]
) -> None:
    see(cast.inspector, "/desk/conformance/?period=2026Q3")
    overdue(cast, frozen)
    assert send(cast.inspector, "/desk/conformance/?period=2026Q3") == 302
    assert "最低一级" in see(cast.inspector, "/desk/conformance/?period=2026Q3")


def test_a_department_reads_its_own_row_and_no_other_c12_3(cast: Cast, frozen: FrozenClock, see: Seen) -> None:
    case = overdue(cast, frozen)
    shown(cast, frozen)
    address = "/desk/assessments/2026-Q3/"
    own = see(cast.tech_head, address)
    assert "交易中心信息技术部" in own
    assert "交易中心信息技术部" not in see(cast.works_head, address)
    drill = see(cast.tech_head, f"{address}?department=Z-XX")
    assert case.number in drill
    assert case.number not in see(cast.works_head, f"{address}?department=Z-XX")


def test_an_assessment_goes_its_way_from_shown_to_final_c12_3(
    cast: Cast, frozen: FrozenClock, see: Seen, send: Callable[..., int]
) -> None:
    case = overdue(cast, frozen)
    frozen.set(dt.datetime(2026, 10, 8, 2, 0, tzinfo=dt.UTC))
    assert send(cast.inspector, "/desk/assessments/show/", period="2026Q3") == 302
    base = "/desk/assessments/2026-Q3/"
    assert send(cast.tech_head, f"{base}do/comment/", text="证书到期由省平台管理。") == 302
    reason = "省平台证书到期，本部门当时就报告了。"
    assert send(cast.tech_head, f"{base}do/appeal/", case=case.number, reason=reason) == 302
    appeal = Appeal.objects.get()
    assert "待答复" in see(cast.tech_head, base)
    assert send(cast.deputy, f"/desk/assessments/appeals/{appeal.pk}/decide/", uphold="yes", answer="情况属实。") == 302
    assert send(cast.deputy, f"{base}do/finish/") == 409  # the time to appeal still runs
    frozen.advance(8 * DAY)
    assert send(cast.deputy, f"{base}do/finish/") == 302
    assert "已定" in see(cast.tech_head, base)
    assert Assessment.objects.get().state == Assessment.FINAL


def test_a_period_that_is_not_over_is_refused_with_its_sentence(cast: Cast, send: Callable[..., int]) -> None:
    assert send(cast.inspector, "/desk/assessments/show/", period="2026Q3") == 409
    assert send(cast.inspector, "/desk/assessments/show/", period="") == 422
    assert send(cast.works_head, "/desk/assessments/show/", period="2026Q2") == 409


def test_a_suggestion_fills_the_form_and_does_nothing_c12_4(cast: Cast, frozen: FrozenClock, see: Seen) -> None:
    case = overdue(cast, frozen)
    page = see(cast.inspector, "/desk/measures/")
    assert "处置不力" in page
    assert case.number in page
    assert not Measure.objects.exists()
    filled = see(cast.inspector, f"/desk/measures/?department=Z-XX&step=提醒&trigger=处置不力&cases={case.number}")
    assert f'value="{case.number}"' in filled


def test_a_measure_is_proposed_heard_decided_and_followed_up_c12_4(
    cast: Cast, frozen: FrozenClock, see: Seen, send: Callable[..., int]
) -> None:
    case = overdue(cast, frozen)
    form = {"department": "Z-XX", "step": "通报批评", "trigger": "处置不力", "cases": case.number}
    facts = "此件逾期十二小时才公开回应。"
    assert send(cast.inspector, "/desk/measures/propose/", facts=facts, **form) == 302
    row = Measure.objects.get()
    base = f"/desk/measures/{row.pk}/"
    see(cast.works_head, base, 404)
    assert send(cast.deputy, f"{base}do/decide/", issue="yes", reason="事实清楚。") == 409  # not heard yet
    assert send(cast.tech_head, f"{base}do/state/", text="证书由省平台管理，我们当天就报告。") == 302
    assert send(cast.office, f"{base}do/decide/", issue="yes", reason="事实清楚。") == 409  # a leader's
    assert send(cast.deputy, f"{base}do/decide/", issue="yes", reason="事实清楚，已听取陈述。") == 302
    assert send(cast.inspector, f"{base}do/follow_up/", note="已换证书并设到期提醒。") == 302
    page = see(cast.tech_head, base)
    for words in (facts, "证书由省平台管理", "已听取陈述", "到期提醒"):
        assert words in page


def test_the_sixteen_questions_are_signed_one_by_one_c13_1(cast: Cast, see: Seen, send: Callable[..., int]) -> None:
    assert "还有 16 条没有签署" in see(cast.office, "/desk/interpretations/")
    page = see(cast.office, "/desk/interpretations/G1/")
    assert "48" in page
    form = {"ruling": "较大四十八小时，重大二十四小时。", "effective_from": "2026-09-14"}
    assert send(cast.tech_head, "/desk/interpretations/G1/sign/", **form) == 409
    assert send(cast.office, "/desk/interpretations/G1/sign/", **{**form, "effective_from": "2026-09-13"}) == 409
    assert send(cast.office, "/desk/interpretations/G1/sign/", **form) == 302
    assert Interpretation.objects.get().signed_by == cast.office.name
    assert "还有 15 条没有签署" in see(cast.office, "/desk/interpretations/")
    see(cast.office, "/desk/interpretations/G17/", 404)


def test_a_new_version_is_brought_and_its_difference_told_in_words_c14_1(cast: Cast, see: Seen, client: Client) -> None:
    text = builtin_text("anshan").replace('effective_from: "2016-09-08"', 'effective_from: "2026-10-01"')
    text = text.replace("较大:     {within: PT48H,", "较大:     {within: PT36H,")
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    wrong = SimpleUploadedFile("r.yaml", text.replace("2026-10-01", "2026-09-01").encode())
    assert client.post("/desk/versions/bring/", {"file": wrong}).status_code == 409
    file = SimpleUploadedFile("r.yaml", text.encode())
    assert client.post("/desk/versions/bring/", {"file": file}).status_code == 302
    assert RegulationVersion.objects.count() == 2
    page = see(cast.office, "/desk/versions/")
    assert "由“48小时”改为“36小时”" in page
    assert "from “48" in see(cast.office, "/desk/versions/", language="en")


def test_the_way_from_nothing_to_running_says_what_is_missing(cast: Cast, see: Seen) -> None:
    page = see(cast.office, "/desk/start/")
    assert "还差" in page
    assert "还有 16 条没有签署" in page
    see(cast.admin, "/desk/start/")


PAGES = (
    "/desk/conformance/", "/desk/conformance/C8.5/", "/desk/assessments/", "/desk/measures/",
    "/desk/interpretations/", "/desk/interpretations/G8/", "/desk/versions/", "/desk/start/",
    "/desk/assessments/2026-Q3/", "/desk/measures/{pk}/",
)  # fmt: skip


def test_every_page_asks_at_most_twelve_queries(cast: Cast, frozen: FrozenClock, client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case = overdue(cast, frozen)
    row = proposed(cast, case)
    measures.state(row, "我们当天就报告了。", cast.tech_head)
    shown(cast, frozen)
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        address = page.format(pk=row.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, (address, [query["sql"][:140] for query in asked])
    assert again(case).number == case.number
