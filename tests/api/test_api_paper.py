"""Measures, risk and the whole regulation on paper over REST; a report withdrawn (C12.4, C6.1, C6.10)."""

from __future__ import annotations

import datetime as dt

import risk_told
from api.test_api_documents import call
from cast import Cast
from documents.test_measures_on_paper import decided
from huiying.kernel import canonical, clock
from huiying.kernel.clock import FrozenClock
from stories import answered


def test_c12_5_a_talk_is_recorded_and_put_on_paper(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(cast, frozen, "约谈")
    assert call(cast.inspector, "post", "documents", {"kind": "talk", "ref": row.pk})[0] == 409
    body = {
        "held_at": clock.now().isoformat(), "place": "三楼会议室", "leader": "deputy", "attended": "tech_head",
        "words": "谈了证书到期没有人管的问题。", "promises": "三日内续齐证书。",
    }  # fmt: skip
    status, told = call(cast.inspector, "post", f"measures/{row.pk}/talk", body)
    assert (status, told["talk"]["attended"]) == (200, "信息部部长")
    status, made = call(cast.inspector, "post", "documents", {"kind": "talk", "ref": row.pk})
    assert (status, made["number"], made["figures"]["promises"]) == (200, "约谈〔2026〕1号", 1)
    assert canonical.sha256(canonical.dumps(made["content"])) == made["sha256"]
    assert call(cast.works_head, "post", "documents", {"kind": "talk", "ref": row.pk})[0] == 404
    assert call(cast.duty, "get", f"documents/{made['id']}")[0] == 404


def test_c6_1_an_approved_assessment_is_put_on_paper(cast: Cast) -> None:
    row = risk_told.approved(cast)
    status, made = call(cast.tech_liaison, "post", "documents", {"kind": "risk", "ref": row.pk})
    assert (status, made["kind"], made["figures"]["level"]) == (200, "risk", row.level)


def test_c12_3_the_whole_regulation_is_put_on_paper(cast: Cast, frozen: FrozenClock) -> None:
    answered(cast)
    frozen.advance(dt.timedelta(minutes=2))
    status, made = call(cast.inspector, "post", "conformance/documents", {"period": "2026Q3"})
    assert (status, made["subject"]) == (200, "2026-Q3")
    _status, page = call(cast.inspector, "get", "conformance?period=2026Q3")
    assert made["figures"]["states"] == {line["id"]: line["state"] for line in page["clauses"]}


def test_c6_10_a_report_is_superseded_by_its_number(cast: Cast) -> None:
    case = answered(cast)
    one, other = (
        call(cast.office, "post", f"cases/{case.number}/documents", {"kind": "report"})[1] for _ in range(2)
    )  # fmt: skip
    assert one["withdrawn"] is None
    body = {"reason": "来文漏数了一个平台，重出。", "replaced_by": "专报〔2026〕第9期"}
    assert call(cast.deputy, "post", f"documents/{one['id']}/withdraw", body)[0] == 404
    status, gone = call(cast.deputy, "post", f"documents/{one['id']}/withdraw", body | {"replaced_by": other["number"]})
    assert status == 200
    assert (gone["withdrawn"]["replaced_by"], gone["withdrawn"]["by"]) == (other["number"], "分管副局长")
    assert gone["sha256"] == one["sha256"]
