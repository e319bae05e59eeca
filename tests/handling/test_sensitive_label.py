"""敏感: one person says so at once, another takes it away; who may know of it (§6.1 S8, §6.2)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

import stories
from cast import PEOPLE, Cast
from huiying.handling import actions as handling
from huiying.handling.access import get_case
from huiying.handling.actions.sensitive import KINDS, TITLE, label, suggested, unlabel
from huiying.handling.models import Case, Sensitivity
from huiying.handling.queries import cases_for
from huiying.judging import merging
from huiying.judging.access import in_sight
from huiying.judging.models import Event
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.listening.models import Post
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.work.models import Notice

WHY = "实名反映处长收受回扣"
OFFICE, LEADERS, LEAD = {"office", "office2"}, {"deputy", "top"}, {"tech_head", "tech_liaison"}
DUTY = {"duty", "duty2", "shift", "network"}
INTEGRITY = {"watch_head"}  # 监督检查处, by `responsibilities: [integrity]` of the file; its 督查 handles no clue


@pytest.fixture
def case(cast: Cast) -> Case:
    return stories.routed(cast)


def labelled(case: Case, kind: str, cast: Cast) -> Case:
    label(case, kind, WHY, cast.office)
    return stories.again(case)


def admitted(cast: Cast, case: Case) -> set[str]:
    """Who gets the case from its gate; the list says the same, person by person."""
    found = set()
    for name in PEOPLE:
        listed = cases_for(cast.people[name]).filter(pk=case.pk).exists()
        try:
            get_case(cast.people[name], case.number)
        except Http404:
            assert not listed, name
        else:
            assert listed, name
            found.add(name)
    return found


# --- who may know -----------------------------------------------------------------------------------------------------


def test_a_reporter_is_known_to_the_office_leaders_the_integrity_department_and_the_lead(
    cast: Cast, case: Case
) -> None:
    case = labelled(case, Event.REPORTER, cast)
    assert admitted(cast, case) == OFFICE | LEADERS | INTEGRITY | LEAD


def test_the_department_is_the_one_that_the_file_gives_integrity_to(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = labelled(case, Event.REPORTER, cast)
    monkeypatch.setattr("huiying.people.predicates.INTEGRITY", "tendering-of-nothing")
    assert admitted(cast, case) == OFFICE | LEADERS | LEAD


def test_a_joint_department_knows_nothing_and_a_former_lead_no_more(cast: Cast, case: Case) -> None:
    case = labelled(case, Event.REPORTER, cast)
    assert "network_head" not in admitted(cast, case)
    case.departments.filter(role="lead").update(until=case.opened_at)
    assert admitted(cast, case) == OFFICE | LEADERS | INTEGRITY


def test_those_who_review_know_of_it_only_while_it_is_under_review(cast: Cast, case: Case) -> None:
    case = labelled(case, Event.REPORTER, cast)
    Case.objects.filter(pk=case.pk).update(state="reviewing")
    assert admitted(cast, case) == OFFICE | LEADERS | INTEGRITY | LEAD | {"legal", "secrecy"}


@pytest.mark.parametrize("kind", [Event.MINOR, Event.VICTIM])
def test_a_minor_or_a_victim_is_known_to_those_who_act_on_it(cast: Cast, case: Case, kind: str) -> None:
    case = labelled(case, kind, cast)
    assert admitted(cast, case) == OFFICE | LEADERS | DUTY | LEAD | {"network_head"}


def test_the_event_is_known_to_as_few(cast: Cast, case: Case) -> None:
    for kind, wanted in ((Event.REPORTER, OFFICE | LEADERS), (Event.VICTIM, OFFICE | LEADERS | DUTY)):
        Event.objects.filter(pk=case.event_id).update(sensitive=kind)
        event = Event.objects.get(pk=case.event_id)
        gate = {name for name in PEOPLE if may(cast.people[name], "event.view", event)}
        listed = {name for name in PEOPLE if Event.objects.filter(in_sight(cast.people[name]), pk=event.pk).exists()}
        assert gate == wanted
        assert listed & {name for name in PEOPLE if may(cast.people[name], "event.view")} == wanted


def test_without_the_label_everybody_sees_it_as_before(cast: Cast, case: Case) -> None:
    """What bears no label is 内部: the gate of C7.5 and no other."""
    assert admitted(cast, case) >= OFFICE | LEADERS | DUTY | LEAD | {"inspector", "legal", "secrecy", "network_head"}


# --- said by one ------------------------------------------------------------------------------------------------------


def test_the_label_is_in_the_ledger_with_its_kind_and_reason_and_titles_say_nothing(cast: Cast, case: Case) -> None:
    case = labelled(case, Event.REPORTER, cast)
    entry = LedgerEntry.objects.get(kind="case.labelled")
    assert (entry.chain, entry.data) == (f"case:{case.number}", {"kind": Event.REPORTER, "reason": WHY})
    assert entry.actor_data["name"] == cast.office.name
    assert LedgerEntry.objects.get(kind="event.labelled").chain == f"event:{case.event.number}"
    assert (case.title, case.event.title, case.event.sensitive) == (TITLE, TITLE, Event.REPORTER)
    assert verify().ok


def test_the_integrity_department_is_told_by_number_only(cast: Cast, case: Case) -> None:
    before = set(Notice.objects.values_list("pk", flat=True))
    title = case.title
    labelled(case, Event.REPORTER, cast)
    told = Notice.objects.exclude(pk__in=before)
    assert [row.recipient for row in told] == ["watch_head"]
    assert case.number in told[0].title
    assert title not in f"{told[0].title}{told[0].body}"
    assert WHY not in f"{told[0].title}{told[0].body}"


@pytest.mark.parametrize(("kind", "reason"), [("", WHY), ("内部", WHY), (Event.MINOR, ""), (Event.MINOR, "嗯")])
def test_a_kind_and_a_reason_are_wanted(cast: Cast, case: Case, kind: str, reason: str) -> None:
    with pytest.raises(Refused):
        label(case, kind, reason, cast.office)
    assert not Sensitivity.objects.exists()


def test_who_has_no_part_in_the_case_cannot_say_it(cast: Cast, case: Case) -> None:
    for name in ("works_head", "inspector", "editor", "legal"):
        with pytest.raises(Refused):
            label(case, Event.MINOR, WHY, cast.people[name])
    label(case, Event.MINOR, WHY, cast.network_head)  # 协办 handles it too
    with pytest.raises(Refused, match="已标为敏感"):
        label(case, Event.VICTIM, WHY, cast.office)


# --- taken away by another --------------------------------------------------------------------------------------------


def test_never_by_whoever_set_it_and_then_titles_and_readers_are_as_before(cast: Cast, case: Case) -> None:
    titles, before = (case.title, case.event.title), admitted(cast, case)
    case = labelled(case, Event.REPORTER, cast)
    with pytest.raises(Refused, match="另一个人"):
        unlabel(case, "经核实不是举报", cast.office)
    with pytest.raises(Refused):
        unlabel(case, "", cast.deputy)
    for name in ("duty", "tech_head", "watch_head"):
        with pytest.raises(Refused):
            unlabel(case, "经核实不是举报", cast.people[name])
    unlabel(case, "经核实不是举报", cast.deputy)
    case = stories.again(case)
    assert (case.title, case.event.title, case.event.sensitive) == (*titles, "")
    assert admitted(cast, case) == before
    entry = LedgerEntry.objects.get(kind="case.unlabelled")
    assert (entry.actor_data["name"], entry.data) == (cast.deputy.name, {"reason": "经核实不是举报"})
    with pytest.raises(Refused, match="没有标为敏感"):
        unlabel(case, "再取消一次", cast.top)


def test_the_database_itself_refuses_the_same_person(cast: Cast, case: Case) -> None:
    labelled(case, Event.MINOR, cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sensitivity.objects.update(lifted_user=cast.office.pk, lifted_at=case.opened_at)


def test_it_can_be_said_again_afterwards(cast: Cast, case: Case) -> None:
    labelled(case, Event.MINOR, cast)
    unlabel(case, "经核实不涉及", cast.deputy)
    label(case, Event.VICTIM, "确有受害人", cast.deputy)
    assert stories.again(case).event.sensitive == Event.VICTIM
    assert Sensitivity.objects.count() == 2


# --- the whole matter -------------------------------------------------------------------------------------------------


def test_what_is_merged_in_bears_the_label_and_an_unlabelled_case_is_not_merged_with_it(cast: Cast, case: Case) -> None:
    case = labelled(case, Event.MINOR, cast)
    late = stories.hear(stories.RUMOUR)
    merging.point(late, Event.objects.get(pk=case.event_id), Actor.SYSTEM)
    late.refresh_from_db()
    assert late.sensitive == Event.MINOR
    other = stories.opened(cast, text=stories.CONSULTATION)
    with pytest.raises(Refused, match="标记不一样"):
        handling.merge_cases(other, case, cast.office)
    unlabel(case, "经核实不涉及", cast.deputy)
    late.refresh_from_db()
    assert late.sensitive == ""


def test_a_stream_that_read_the_event_before_does_not_take_the_label_away(cast: Cast, case: Case) -> None:
    stale = Event.objects.get(pk=case.event_id)
    labelled(case, Event.MINOR, cast)
    stale.posts_count += 1
    stale.save()
    assert Event.objects.get(pk=case.event_id).sensitive == Event.MINOR


def test_what_is_split_off_bears_it_too_and_loses_it_with_the_rest(cast: Cast) -> None:
    case = stories.routed(cast)
    second = stories.hear(stories.OUTAGE + "另外保证金也没退。")
    assert merging.live(second).pk in {event.pk for event in merging.family(case.event)}, "both posts are of the case"
    case = labelled(case, Event.MINOR, cast)
    post = Post.objects.order_by("pk").last()
    assert post is not None
    made = handling.split_case(case, [post.pk], "保证金没有退", "是另一件事", cast.office)
    assert (made.event.sensitive, made.title) == (Event.MINOR, TITLE)
    unlabel(case, "经核实不涉及", cast.deputy)
    made = stories.again(made)
    assert (made.event.sensitive, made.title) == ("", "保证金没有退")


# --- suggested, never set ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我实名举报交易中心的王处长。", Event.REPORTER),
        ("举报：评标前有人收受回扣，名单早就定了。", Event.REPORTER),
        ("我女儿是小学生，被拍照发到网上。", Event.MINOR),
        ("一个12岁的女孩被拍到。", Event.MINOR),
        ("受害人的病历被贴出来了。", Event.VICTIM),
        ("112岁的学生公寓招标为什么流标？", ""),
        ("举报电话打不通，谁管？", ""),
        (stories.OUTAGE, ""),
    ],
)
def test_plain_signs_are_suggested_and_nothing_is_labelled_by_itself(
    cast: Cast, case: Case, text: str, kind: str
) -> None:
    Post.objects.filter(membership__event=case.event_id).update(text=text, title="")
    assert suggested(case.event) == kind
    assert stories.again(case).event.sensitive == ""
    if kind:
        assert suggested(labelled(case, kind, cast).event) == ""


def test_there_are_three_kinds_and_each_has_a_name() -> None:
    assert set(KINDS) == {Event.REPORTER, Event.MINOR, Event.VICTIM}
    assert all(str(name) for name in KINDS.values())


def test_a_second_head_of_the_integrity_department_is_admitted_by_the_post(cast: Cast, case: Case) -> None:
    case = labelled(case, Event.REPORTER, cast)
    assert "works_liaison" not in admitted(cast, case)
    appoint(cast.works_liaison, "informant", cast.department("JDC"), actor=Actor.SYSTEM)
    cast.people["works_liaison"] = User.objects.get(username="works_liaison")  # who they are is kept for a second
    assert "works_liaison" in admitted(cast, case)
