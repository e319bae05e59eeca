"""C6.1–C6.8 on the pages: the gate says what is missing, each step has its page, every figure its n."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

import risk_told as told
import stories
from cast import Cast
from foreseeing.test_honest_prediction import past
from huiying.foreseeing.actions import evidencing, planning
from huiying.foreseeing.models import Assessment, PlanHit, Policy
from huiying.kernel import clock

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PARTS = ("", "methods/", "voices/", "risks/", "plan/", "plan/edit/")


def page(client: Client, policy: Policy, part: str = "") -> str:
    response = client.get(f"/desk/policies/{policy.pk}/{part}")
    assert response.status_code == 200
    return response.content.decode()


def do(client: Client, policy: Policy, verb: str, **data: object) -> tuple[int, str]:
    response = client.post(f"/desk/policies/{policy.pk}/do/{verb}/", data)
    return response.status_code, response.content.decode()


def test_the_whole_way_is_walked_on_the_pages_scenario_5(cast: Cast, client: Client, frozen) -> None:
    client.force_login(cast.tech_liaison)
    given = {"title": told.TITLE, "summary": told.SUMMARY, "department": cast.department("Z-XX").pk}
    assert client.post("/desk/policies/new/", given).status_code == 302
    policy = Policy.objects.get()
    assert "判定是否涉及群众利益" in page(client, policy)
    assert do(client, policy, "screen", major="yes", reason=told.REASON)[0] == 302
    client.force_login(cast.tech_head)
    status, text = do(client, policy, "issue", issued_at="2026-09-14T09:00")
    assert status == 409
    assert "须先完成并批准舆情风险评估" in text
    client.force_login(cast.tech_liaison)
    assert do(client, policy, "begin", visits_planned=1)[0] == 302
    track = {"words": "保证金", "since": "2026-09-01", "until": "2026-09-14", "finding": "没有人议论。"}
    assert do(client, policy, "track", **track)[0] == 302
    visit = {"visited_on": "2026-09-14", "whom": "三家投标企业", "views": "希望快一点退。"}
    assert do(client, policy, "visit", **visit)[0] == 302
    risk = {
        "title": "系统来不及改造", "affected": "投标企业", "likelihood": 3, "impact": 4, "signs": "咨询一天超过十件",
        "owner": cast.department("Z-XX").pk, "watcher": cast.tech_liaison.pk,
    }  # fmt: skip
    assert do(client, policy, "risk", **risk)[0] == 302
    assert do(client, policy, "grade", level="高")[0] == 302
    status, text = do(client, policy, "propose", conclusion="准备好以后可以出台。")
    assert status == 409
    assert "必须先定处置预案" in text
    plan = {
        "questions": "为什么退得慢\n旧系统逐笔核对。\n\n什么时候好\n十月起五天内退。",
        "steps": "信息部先核对名单，办公室发布。",
        "speaker": told.speaker(cast).pk, "channels": ["portal"], "contacts": [cast.tech_head.pk],
        "drill_on": "2026-09-30", "words_0": "保证金 退款", "level_0": "", "posts_0": 1,
    }  # fmt: skip
    assert do(client, policy, "plan", **plan)[0] == 302
    assert do(client, policy, "propose", conclusion="准备好以后可以出台。")[0] == 302
    row = Assessment.objects.get()
    client.force_login(cast.deputy)
    assert do(client, policy, "decide", agree="yes", sha256="x")[0] == 409
    assert do(client, policy, "decide", agree="yes", sha256=row.sha256)[0] == 302
    frozen.advance(DAY)
    client.force_login(cast.tech_head)
    assert do(client, policy, "issue", issued_at="2026-09-14T09:30", issued_as="鞍公资〔2026〕9号")[0] == 409
    assert do(client, policy, "issue", issued_at="2026-09-15T10:00")[0] == 302
    assert "已出台" in page(client, policy)
    event = stories.hear("鞍山公共资源交易中心保证金退得太慢了，企业都在问")
    with transaction.atomic():
        planning.look(clock.now(), 10)
    client.force_login(cast.duty)
    assert "有事件符合预案的启动条件" in page(client, policy)
    hit = PlanHit.objects.get()
    assert do(client, policy, "take", hit=hit.pk)[0] == 302
    hit.refresh_from_db()
    assert hit.case is not None
    assert hit.case.event == event
    together = client.get(f"/desk/cases/{hit.case.number}/together/").content.decode()
    assert "旧系统逐笔核对。" in together
    assert "为什么退得慢" in together


def test_every_percentage_of_a_survey_stands_with_its_n_c6_3(cast: Cast, client: Client) -> None:
    row = told.begun(cast)
    survey = told.surveyed(cast, row)
    client.force_login(cast.tech_liaison)
    assert do(client, row.policy, "paper", survey=survey.pk, sheets=12, counts="6 4 x")[0] == 422
    assert do(client, row.policy, "paper", survey=survey.pk, sheets=12, counts="6 4 2")[0] == 302
    text = page(client, row.policy, "methods/")
    table = text[text.index("比例（n）") : text.index("</article>")]
    cells = re.findall(r'<td class="number">([^<]*%[^<]*)</td>', table)
    shares = [cell for cell in cells if "±" not in cell]
    assert len(shares) == 3
    assert all("n = 12" in cell and "样本小" in cell for cell in shares)
    assert "样本太小" in text
    assert "±" in text


def test_a_survey_that_anybody_joins_says_that_it_speaks_for_nobody_else_c6_3(cast: Cast, client: Client) -> None:
    row = told.begun(cast)
    survey = told.surveyed(cast, row, drawn="open", asked=None)
    evidencing.enter_paper(survey, sheets=40, counts=[[20, 15, 5]], actor=cast.tech_liaison)
    client.force_login(cast.tech_liaison)
    text = page(client, row.policy, "methods/")
    assert "不能推算全体" in text
    assert "±" not in text


def test_the_matrix_is_drawn_with_its_table_behind_it_c6_6(cast: Cast, client: Client) -> None:
    row = told.begun(cast)
    told.risky(cast, row, 4, 4)
    told.risky(cast, row, 4, 4, title="企业集中来访")
    client.force_login(cast.office)
    text = page(client, row.policy, "risks/")
    assert text.count('<rect class="shade-') == 25
    assert ">1、2</text>" in text
    assert "4 × 4 = 16" in text
    assert "script" not in text[text.index("<figure") : text.index("</figure>")]


def test_under_five_comparable_events_no_curve_is_drawn_and_with_five_one_is_c6_6(cast: Cast, client: Client) -> None:
    row = told.begun(cast)
    told.risky(cast, row, title="投标保证金迟迟不退")
    for _ in range(4):
        past(2, 5, 1)
    client.force_login(cast.tech_liaison)
    assert do(client, row.policy, "predict")[0] == 302
    text = page(client, row.policy, "risks/")
    assert "只找到 4 件可比的已办结事件，不到 5 件" in text
    assert "<polyline" not in text
    past(2, 9, 1)
    assert do(client, row.policy, "predict")[0] == 302
    text = page(client, row.policy, "risks/")
    assert "<polyline" in text
    assert "不是保证" in text
    assert "66.7%" in text


def test_who_may_not_is_told_why_and_outsiders_see_nothing(cast: Cast, client: Client) -> None:
    row = told.whole(cast)
    client.force_login(cast.tech_liaison)
    assert "须由" in page(client, row.policy)
    client.force_login(cast.admin)
    for part in PARTS:
        assert client.get(f"/desk/policies/{row.policy.pk}/{part}").status_code == 404
    assert client.post(f"/desk/policies/{row.policy.pk}/do/unknown/").status_code == 404


def test_every_page_asks_at_most_twelve_queries(cast: Cast, client: Client, frozen) -> None:
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    survey = told.surveyed(cast, row)
    evidencing.enter_paper(survey, sheets=12, counts=[[6, 4, 2]], actor=cast.tech_liaison)
    told.deliberated(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    told.planned(cast, row)
    client.force_login(cast.tech_liaison)
    for address in ("/desk/policies/", *(f"/desk/policies/{row.policy.pk}/{part}" for part in PARTS)):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, "\n".join([address, *(query["sql"][:150] for query in asked)])


def test_the_list_shows_in_red_what_should_be_out_and_may_not(cast: Cast, client: Client, frozen) -> None:
    told.screened(cast, planned_on=clock.now().date())
    client.force_login(cast.office)
    text = client.get("/desk/policies/").content.decode()
    assert 'class="overdue"' in text
    assert "须评估，批准前不能出台" in text


def test_the_pages_are_whole_in_english(cast: Cast, client: Client) -> None:
    row = told.whole(cast)
    client.force_login(cast.office)
    client.cookies["django_language"] = "en"
    for part in PARTS:
        text = client.get(f"/desk/policies/{row.policy.pk}/{part}", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        bare = re.sub(r'<span lang="zh-Hans">.*?</span>|lang="zh-Hans"[^>]*>[^<]*<', "", text, flags=re.DOTALL)
        assert "风险" not in re.sub(r"<textarea.*?</textarea>|<option.*?</option>", "", bare, flags=re.DOTALL), part
