"""C5.14, C7.1: labels learn from the bureau's own corrections, never worse than the rules, back by one verb."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from cast import Cast
from huiying.judging import learning, learning_nightly, opening
from huiying.judging.learning_nightly import Correction, roll_back, train, train_all
from huiying.judging.models import ConcernDecision, Event, LearningRun, Screening
from huiying.kernel import clock, home
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from huiying.work.auditor import check
from stream_of import COMPLAINT, event_from

WORDS = {
    "疑虑": ["保证金什么时候退", "结果怎么还没公布", "请解释一下评分依据", "到底有没有规定"],
    "投诉": ["系统又崩了没人管", "窗口态度太差", "推来推去不办事", "投诉了没有下文"],
    "表扬": ["工作人员特别耐心", "办得真快点赞", "服务热情周到", "感谢大厅的同志"],
}
NOW = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.UTC)


def rows(count: int, *, rules: str = "投诉", start: int = 0, seed: int = 3, wrong: bool = False) -> list[Correction]:
    """`count` corrections; the rules always say `rules`. With `wrong` people say what the words do not."""
    draw, found = random.Random(seed), []
    for number in range(start, start + count):
        label = list(WORDS)[number % 3]
        said = list(WORDS)[(number + 1) % 3] if wrong else label
        body = "，".join(draw.sample(WORDS[label], 2)) + "".join(draw.choices("子丑寅卯辰巳午未申酉戌亥", k=10))
        found.append(Correction(number, "", body, said, rules, NOW + dt.timedelta(hours=number)))
    return found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Says what the corrections are; the rest of the night is the real one."""

    def say(some: list[Correction]) -> None:
        monkeypatch.setattr(learning_nightly, "corrections", lambda target: some if target == "concern" else [])

    learning.forget()
    yield say
    learning.forget()


def test_a_model_that_helps_on_what_was_held_back_is_adopted(staff: Cast, told):
    told(rows(80))
    run = train("concern")
    assert run is not None
    assert run.decision == LearningRun.ADOPTED
    assert learning.in_force("concern") == run
    assert run.figures["challenger"] >= run.figures["rules"] + 2
    assert (run.corrections, run.held_back) == (80, 20)
    assert run.curve[-1][0] == 60
    assert (home.models() / run.sha256).is_file()
    (entry,) = [entry for entry in entries("system") if entry.kind == "learning.trained"]
    assert entry.data["decision"] == "adopted"


def test_the_same_corrections_give_the_same_file(staff: Cast, told):
    told(rows(60))
    first = train("concern")
    LearningRun.objects.update(in_force=None)
    LearningRun.objects.all().delete()
    second = train("concern")
    assert first is not None
    assert second is not None
    assert first.sha256 == second.sha256


def test_a_model_no_better_than_the_rules_is_not_adopted(staff: Cast, told):
    right = [Correction(row.event, row.title, row.body, row.said, row.said, row.at) for row in rows(80)]
    told(right)
    run = train("concern")
    assert run is not None
    assert run.decision == LearningRun.KEPT
    assert run.figures["rules"] == 20
    assert learning.in_force("concern") is None
    assert run.sha256 == ""


@pytest.mark.parametrize("seed", range(4))
def test_never_worse_than_the_rules_even_where_the_corrections_are_noise(staff: Cast, told, seed: int):
    draw, noise = random.Random(seed), []
    for row in rows(90, seed=seed):
        said, rules = draw.choice(list(WORDS)), draw.choice(list(WORDS))
        noise.append(Correction(row.event, row.title, row.body, said, rules, row.at))
    told(noise)
    run = train("concern")
    assert run is not None
    if run.decision == LearningRun.ADOPTED:
        assert run.figures["challenger"] >= run.figures["rules"] + 2
    else:
        assert learning.in_force("concern") is None


def test_too_few_corrections_teach_nothing_and_that_is_a_row(staff: Cast, told):
    told(rows(12))
    run = train("concern")
    assert run is not None
    assert run.decision == LearningRun.TOO_FEW
    assert "至少" in run.reason


def test_a_night_with_nothing_new_writes_nothing(staff: Cast, told):
    told([])
    assert train("concern") is None
    told(rows(60))
    assert train("concern") is not None
    assert train("concern") is None
    assert LearningRun.objects.count() == 1


def test_a_challenger_that_is_no_better_leaves_the_champion(staff: Cast, told):
    told(rows(80))
    champion = train("concern")
    told(rows(81))
    kept = train("concern")
    assert kept is not None
    assert kept.decision == LearningRun.KEPT
    assert learning.in_force("concern") == champion


def test_a_champion_that_became_worse_than_the_rules_goes(staff: Cast, told, frozen: clock.FrozenClock):
    told(rows(80))
    assert train("concern") is not None
    after = frozen()
    later = [
        Correction(
            100 + n, "", f"服务热情周到，感谢大厅的同志{n:04d}", "投诉", "投诉", after + dt.timedelta(hours=n + 1)
        )
        for n in range(12)
    ]
    told([*rows(80), *later])
    run = train("concern")
    assert run is not None
    assert run.decision == LearningRun.RETIRED
    assert learning.in_force("concern") is None
    assert run.figures["champion"] < run.figures["rules"]


def test_one_verb_takes_it_back_and_says_why(staff: Cast, told):
    told(rows(80))
    train("concern")
    with pytest.raises(Refused, match="为什么"):
        roll_back("concern", "不好", staff.office)
    with pytest.raises(Refused):
        roll_back("concern", "建议明显偏了，先退回规则", staff.duty)
    run = roll_back("concern", "建议明显偏了，先退回规则", staff.office)
    assert (run.decision, run.by) == (LearningRun.ROLLED_BACK, "办公室主任")
    assert learning.in_force("concern") is None
    assert [entry.kind for entry in entries("system")][-1] == "learning.rolled_back"
    with pytest.raises(Refused, match="只用规则"):
        roll_back("concern", "再退一次看看行不行", staff.office)


def test_what_was_rolled_back_does_not_come_back_the_next_night(staff: Cast, told):
    told(rows(80))
    train("concern")
    roll_back("concern", "建议明显偏了，先退回规则", staff.office)
    told(rows(90))
    assert train("concern") is None
    told(rows(100))
    assert train("concern") is not None


def test_a_rollback_returns_to_the_model_before(staff: Cast, told, monkeypatch: pytest.MonkeyPatch):
    told(rows(60))
    first = train("concern")
    monkeypatch.setattr(learning_nightly, "_contest_of", lambda *_args: None)  # so that the second takes its place
    told(rows(90, seed=8))
    second = train("concern")
    assert learning.in_force("concern") == second != first
    assert roll_back("concern", "新的不如旧的好用", staff.office).in_force == first


def test_nobody_can_write_a_rollback_without_a_reason(staff: Cast):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        LearningRun.objects.create(target="lead", decision="rolled_back", at=NOW, by="x", reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        LearningRun.objects.create(target="lead", decision="adopted", at=NOW, by="x", reason="x")


def adopted(told) -> LearningRun:
    told(rows(80))
    run = train("concern")
    assert run is not None
    assert run.decision == LearningRun.ADOPTED
    return run


PRAISE = "大厅的同志办得真快点赞，工作人员特别耐心，服务热情周到，开标系统登录有人教"


def test_the_learned_label_stands_on_top_of_the_rules_with_its_reason(staff: Cast, told):
    adopted(told)
    event = event_from(PRAISE)
    said = event.members.get().post.screening.concern
    assert event.concern == "表扬"
    assert Screening.objects.get().concern == said, "the rules' own word stays where it was"
    assert said == "表扬" or any("更正学到" in reason for reason in event.reasons)
    assert len(event.reasons) == len(event.reasons_en)


def test_a_missing_file_means_the_rules_alone_and_that_is_said(staff: Cast, told):
    run = adopted(told)
    learning.forget()
    (home.models() / run.sha256).unlink()
    event = event_from(COMPLAINT)
    assert event.concern == Screening.objects.get().concern
    assert "learning.unreadable" in [finding.code for finding in check()]
    assert "读不到" in learning.state("concern").trouble


def test_an_altered_file_means_the_rules_alone(staff: Cast, told):
    run = adopted(told)
    learning.forget()
    path = home.models() / run.sha256
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert "哈希不符" in learning.state("concern").trouble
    event = event_from(COMPLAINT)
    assert event.concern == Screening.objects.get().concern


def test_a_persons_word_is_never_written_over_c5_14(staff: Cast, told):
    from huiying.judging.actions import set_concern

    event = event_from(PRAISE)
    set_concern(event, "理性批评", staff.duty)
    adopted(told)
    opening.assess(Event.objects.get(), clock.now())
    assert Event.objects.get().concern == "理性批评"


def test_what_needs_proof_or_liaison_is_never_learned_c1_2(staff: Cast, told):
    assert learning.unlearnable("concern") == {"歪曲", "谣言"}
    assert not {"歪曲", "谣言"} & learning.known_labels("concern")
    rumours = [Correction(r.event, "", r.body, "谣言" if r.said == "表扬" else r.said, "投诉", r.at) for r in rows(90)]
    told(rumours)
    run = train("concern")
    assert run is not None
    assert run.corrections == 60
    if run.sha256:
        assert "谣言" not in learning.model_of(run).labels


def test_the_machine_never_decides_a_concern_c5_14(staff: Cast, told):
    adopted(told)
    event_from(PRAISE)
    train_all()
    assert ConcernDecision.objects.count() == 0


def test_corrections_are_what_persons_decided_and_what_the_rules_had_said(staff: Cast):
    from huiying.judging.actions import set_concern

    event = event_from(COMPLAINT)
    rules = Screening.objects.get().concern
    set_concern(event, "疑虑", staff.duty)
    set_concern(event, "理性批评", staff.office)
    (row,) = learning_nightly.corrections("concern")
    assert (row.said, row.rules, row.event) == ("理性批评", rules, event.pk)
    assert COMPLAINT in row.body


def test_a_rumour_that_waits_for_its_second_person_teaches_nothing(staff: Cast):
    from huiying.judging.actions import set_concern

    event = event_from(COMPLAINT)
    set_concern(event, "谣言", staff.duty, claim="说交易中心要撤销", proof="机构编制文件")
    assert learning_nightly.corrections("concern") == []


def test_danger_to_life_teaches_nothing(staff: Cast):
    from huiying.judging.actions import set_concern

    event = event_from(COMPLAINT)
    set_concern(event, "疑虑", staff.duty)
    Event.objects.update(life_safety=True)
    assert learning_nightly.corrections("concern") == []


def test_the_last_department_a_case_was_routed_to_is_the_correction_c7_1(staff: Cast):
    import stories

    case = stories.routed(staff)
    (row,) = learning_nightly.corrections("lead")
    assert row.said == "Z-XX"
    assert row.event == case.event_id
    assert row.rules == Screening.objects.get().lead
