"""（九）: a local model may propose; it sees masked facts of the case only; nothing is published unchanged."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions import writing_aids
from huiying.responding.actions.writing_aids import SYSTEM, ask_machine, prompt_of
from huiying.responding.models import MachineDraft, Revision
from huiying.responding.readiness import bare
from huiying.work import schedule
from stories import DRAFT, again, do_what_is_due, handled, opened

SAID = "9月14日登录服务中断七十分钟，已经恢复。两个标段开标顺延，文件不用重交。"


class Model(http.server.BaseHTTPRequestHandler):
    """A stand-in that follows the public description of the protocol."""

    asked: ClassVar[list[dict[str, Any]]] = []
    keys: ClassVar[list[str]] = []
    answer: ClassVar[bytes] = b""
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        Model.asked.append(json.loads(self.rfile.read(length)) | {"path": self.path})
        Model.keys.append(self.headers.get("Authorization", ""))
        self.send_response(Model.status)
        self.end_headers()
        self.wfile.write(Model.answer)

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""


def says(text: str) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Model]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("HUIYING_DRAFT_ENDPOINT", f"http://127.0.0.1:{server.server_port}/v1/")
    monkeypatch.setenv("HUIYING_DRAFT_MODEL", "local-7b")
    monkeypatch.setenv("HUIYING_DRAFT_KEY", "secret-key")
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    Model.asked, Model.keys, Model.answer, Model.status = [], [], says(SAID), 200
    yield Model
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def refused(cast: Cast, code: str = "endpoint") -> str:
    with pytest.raises(Refused) as refusal:
        ask_machine(handled(cast), "portal", cast.editor)
    assert refusal.value.code == code
    assert not MachineDraft.objects.exists()
    return refusal.value.sentence


def test_it_is_off_until_somebody_configures_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_DRAFT_ENDPOINT", raising=False)
    assert writing_aids.configured() is None
    refused(cast, "no_endpoint")


def test_a_proposal_is_kept_marked_and_in_the_ledger(cast: Cast, model: type[Model]) -> None:
    case = handled(cast)
    row = ask_machine(case, "portal", cast.editor)
    assert (row.text, row.model, row.asked_by) == (SAID, "local-7b", "采编小林")
    entry = LedgerEntry.objects.get(kind="draft.proposed")
    assert entry.data is not None
    assert entry.data["prompt"] == row.prompt_sha256
    assert model.asked[0]["path"] == "/v1/chat/completions"
    assert model.keys == ["Bearer secret-key"]
    assert not Revision.objects.exists(), "a proposal is no draft: a person puts it in"


def test_only_masked_sentences_of_the_record_leave_the_house(cast: Cast, model: type[Model]) -> None:
    """§6.2: no word of a citizen, no personal data."""
    case = handled(cast)
    handling.find(case, "来电人张三电话13812345678，已核对。", "证书到期。", "两个标段。", cast.tech_liaison)
    ask_machine(again(case), "portal", cast.editor)
    told = json.dumps(model.asked[0], ensure_ascii=False)
    for words in ("13812345678", "全崩", "算谁的", case.title, "采编小林", "信息部联络员"):
        assert words not in told
    assert "登录服务中断七十分钟" in told
    assert model.asked[0]["messages"][0]["content"] == SYSTEM


def test_what_it_is_told_is_the_same_each_time(cast: Cast) -> None:
    case = handled(cast)
    assert prompt_of(case, "portal") == prompt_of(again(case), "portal")
    assert "微博" in prompt_of(case, "weibo")


def test_personal_data_that_it_invents_is_masked(cast: Cast, model: type[Model]) -> None:
    model.answer = says("请联系张三，手机13912345678。")
    row = ask_machine(handled(cast), "portal", cast.editor)
    assert "13912345678" not in row.text


def test_loopback_is_refused_unless_its_network_is_allowed(
    cast: Cast, model: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S7: the guard of every outgoing request."""
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "")
    assert "HUIYING_ALLOWED_NETWORKS" in refused(cast)
    assert not model.asked


@pytest.mark.parametrize("status", [500, 401, 302])
def test_a_model_that_is_away_is_named_and_nothing_is_lost(cast: Cast, model: type[Model], status: int) -> None:
    model.status = status
    assert "自己起草" in refused(cast)


@pytest.mark.parametrize("answer", [b"", b"{", b"{}", says(""), b'{"choices": []}', b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_is_refused(cast: Cast, model: type[Model], answer: bytes) -> None:
    model.answer = answer
    refused(cast)


def test_an_answer_without_end_is_cut_off(cast: Cast, model: type[Model]) -> None:
    model.answer = b"x" * (writing_aids.LARGEST + 1)
    refused(cast)
    model.answer = says("长" * 9000)
    assert len(ask_machine(again(handled_once()), "portal", cast.editor).text) == writing_aids.LONGEST


def handled_once() -> Any:
    from huiying.handling.models import Case

    return Case.objects.get()


def test_a_model_that_nobody_answers_at_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_DRAFT_ENDPOINT", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HUIYING_DRAFT_MODEL", "m")
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    refused(cast)


def test_before_there_are_facts_there_is_nothing_to_propose_c7_2(cast: Cast, model: type[Model]) -> None:
    with pytest.raises(Refused) as refusal:
        ask_machine(opened(cast), "portal", cast.editor)
    assert refusal.value.code == "no_facts"
    assert not model.asked


def test_who_may_not_draft_may_not_ask(cast: Cast, model: type[Model]) -> None:
    with pytest.raises(Refused):
        ask_machine(handled(cast), "portal", cast.works_head)
    assert not model.asked


def test_the_loop_never_asks_it(cast: Cast, model: type[Model]) -> None:
    handled(cast)
    schedule.run_pollers()
    schedule.run_recurring()
    do_what_is_due()
    assert not model.asked


@pytest.mark.parametrize(
    "text",
    [SAID, f"  {SAID}\n\n", SAID.replace("。", "，"), SAID.replace("，", "\n"), SAID.replace("9", "９"), SAID + "！！"],
)
def test_unchanged_or_nearly_unchanged_text_is_not_submitted(cast: Cast, model: type[Model], text: str) -> None:
    """INV-4: white space, punctuation and the width of characters are nobody's change."""
    case = handled(cast)
    row = ask_machine(case, "portal", cast.editor)
    told: dict[str, Any] = DRAFT | {"renditions": {"portal": text}}
    actions.save_revision(again(case), actor=cast.editor, machine=row, **told)
    with pytest.raises(Refused, match="没有人改过"):
        actions.submit(again(case), cast.editor)


def test_unchanged_text_in_the_facts_is_not_submitted_either(cast: Cast, model: type[Model]) -> None:
    case = handled(cast)
    ask_machine(case, "portal", cast.editor)
    told: dict[str, Any] = DRAFT | {"facts": SAID}
    actions.save_revision(again(case), actor=cast.editor, **told)
    with pytest.raises(Refused, match="没有人改过"):
        actions.submit(again(case), cast.editor)


def test_text_that_a_person_changed_goes_its_way_and_its_origin_is_known(cast: Cast, model: type[Model]) -> None:
    case = handled(cast)
    row = ask_machine(case, "portal", cast.editor)
    told: dict[str, Any] = DRAFT | {"renditions": {"portal": SAID.replace("两个标段", "甲、乙两个标段")}}
    saved = actions.save_revision(again(case), actor=cast.editor, machine=row, **told)
    assert saved.machine == row
    assert actions.submit(again(case), cast.editor).state == "open"


def test_what_counts_as_the_words_alone() -> None:
    assert bare("９月 14日，\n恢复。") == bare("9月14日恢复")
    assert bare("恢复") != bare("未恢复")
    assert bare("。，！") == ""
