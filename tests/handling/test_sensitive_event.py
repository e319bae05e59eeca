"""敏感 before there is a case: an event is labelled on the desk, its case bears the label (§6.1 S8, §6.2)."""

from __future__ import annotations

import pytest

import stories
from cast import PEOPLE, Cast
from huiying.handling import actions as handling
from huiying.handling.actions.sensitive import TITLE, label, label_event, labelled_by, unlabel, unlabel_event
from huiying.handling.models import Case, Sensitivity
from huiying.judging import actions as judging
from huiying.judging.models import Event
from huiying.judging.queries import members
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.errors import Refused
from huiying.people.permissions import may
from huiying.work.models import Notice

WHY = "文中有孩子的名字和照片"
CLUE = "实名举报某科长收受红包"


@pytest.fixture
def event(cast: Cast) -> Event:
    return stories.hear()


def now(event: Event) -> Event:
    return Event.objects.get(pk=event.pk)


def kinds(chain: str) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=chain).order_by("seq").values_list("kind", flat=True))


def test_the_desk_says_so_at_once_and_the_title_says_nothing(cast: Cast, event: Event) -> None:
    title = event.title
    label_event(event, Event.MINOR, WHY, cast.duty)
    assert (now(event).sensitive, now(event).title) == (Event.MINOR, TITLE)
    assert labelled_by(now(event)) == cast.duty.pk
    assert Sensitivity.objects.get(event=event).title == title
    assert kinds(f"event:{event.number}")[-1] == "event.labelled"


def test_notices_that_were_sent_in_the_house_say_no_more_than_the_number(cast: Cast, event: Event) -> None:
    words = {"title": f"{event.number} {event.title}", "body": event.title}
    Notice.objects.create(recipient="duty", urgency="info", key="told", at=event.opened_at, **words)
    label_event(event, Event.MINOR, WHY, cast.duty)
    about = Notice.objects.filter(title__contains=event.number)
    assert about
    assert {(row.title, row.body) for row in about} == {(f"{event.number} {TITLE}", TITLE)}


def test_the_duty_desk_that_says_who_reports_knows_no_more_of_it(cast: Cast, event: Event) -> None:
    label_event(event, Event.REPORTER, CLUE, cast.duty)
    knows = {name for name in PEOPLE if may(cast.people[name], "event.view", now(event))}
    assert knows == {"office", "office2", "deputy", "top"}


def test_its_case_bears_the_label_from_its_first_entry_on(cast: Cast, event: Event) -> None:
    title = event.title
    label_event(event, Event.REPORTER, CLUE, cast.duty)
    case = handling.open_case(now(event), cast.office)
    assert case.title == TITLE
    told = LedgerEntry.objects.filter(chain=f"case:{case.number}", payload__contains=title)
    assert not told.exists()
    assert "case.labelled" in kinds(f"case:{case.number}")
    passed = Notice.objects.get(title=f"{case.number} 敏感事项")
    assert passed.recipient == cast.people["watch_head"].username
    unlabel(stories.again(case), "经核实不涉及举报人", cast.deputy)
    assert (stories.again(case).title, now(event).title, now(event).sensitive) == (title, title, "")


def test_a_case_without_a_label_opens_as_before(cast: Cast, event: Event) -> None:
    case = handling.open_case(event, cast.duty)
    assert case.title == event.title
    assert "case.labelled" not in kinds(f"case:{case.number}")


def test_a_post_that_joins_later_changes_neither_label_nor_title(cast: Cast, event: Event) -> None:
    label_event(event, Event.MINOR, WHY, cast.duty)
    first = members(event).get().post
    later = stories.hear(f"{stories.OUTAGE}！！急！！", native_id="later", parent_id=first.native_id)
    assert later.pk == event.pk
    assert (now(event).posts_count, now(event).sensitive, now(event).title) == (2, Event.MINOR, TITLE)


def test_what_was_merged_in_bears_the_label_too(cast: Cast, event: Event) -> None:
    other = stories.hear(stories.RUMOUR)
    judging.merge_events(other, event, cast.duty)
    label_event(now(event), Event.VICTIM, WHY, cast.office)
    assert now(other).sensitive == Event.VICTIM


def test_a_case_that_was_voided_says_its_title_no_more_and_gets_it_back(cast: Cast, event: Event) -> None:
    title = event.title
    case = handling.open_case(event, cast.duty)
    handling.void(case, "误立案，此事已在另一件里办理", cast.office)
    label_event(now(event), Event.MINOR, WHY, cast.duty)
    assert Case.objects.get(pk=case.pk).title == TITLE
    unlabel_event(now(event), "经核实不涉及孩子", cast.deputy)
    assert (Case.objects.get(pk=case.pk).title, now(event).title) == (title, title)
    label_event(now(event), Event.MINOR, WHY, cast.duty)
    handling.open_case(now(event), cast.duty)
    unlabel(Case.objects.get(pk=case.pk), "经核实不涉及孩子", cast.deputy)
    assert (Case.objects.get(pk=case.pk).title, now(event).title) == (title, title)


# --- taken away by another ---


def test_never_by_whoever_set_it_and_not_by_the_desk(cast: Cast, event: Event) -> None:
    title = event.title
    label_event(event, Event.MINOR, WHY, cast.office)
    for who, code in ((cast.office, "second_person"), (cast.duty, "not_permitted")):
        with pytest.raises(Refused) as refused:
            unlabel_event(event, "经核实不涉及孩子", who)
        assert refused.value.code == code
    assert now(event).sensitive == Event.MINOR
    unlabel_event(event, "经核实不涉及孩子", cast.deputy)
    assert (now(event).sensitive, now(event).title) == ("", title)
    assert labelled_by(now(event)) is None
    assert verify().ok


def test_what_bears_none_loses_none(cast: Cast, event: Event) -> None:
    with pytest.raises(Refused, match="没有标为敏感"):
        unlabel_event(event, "经核实不涉及孩子", cast.deputy)


# --- refused ---


def test_a_kind_and_a_reason_are_wanted_and_twice_is_refused(cast: Cast, event: Event) -> None:
    for kind, reason in (("", WHY), ("secret", WHY), (Event.MINOR, "  ")):
        with pytest.raises(Refused):
            label_event(event, kind, reason, cast.duty)
    assert now(event).sensitive == ""
    label_event(event, Event.MINOR, WHY, cast.duty)
    with pytest.raises(Refused, match="已标为敏感"):
        label_event(event, Event.VICTIM, WHY, cast.office)


def test_with_a_case_it_is_the_cases_to_say_and_to_take_away(cast: Cast, event: Event) -> None:
    case = handling.open_case(event, cast.duty)
    with pytest.raises(Refused, match="在办件里标"):
        label_event(event, Event.MINOR, WHY, cast.duty)
    label(Case.objects.get(pk=case.pk), Event.MINOR, WHY, cast.duty)
    with pytest.raises(Refused, match="在办件里取消"):
        unlabel_event(event, "经核实不涉及孩子", cast.deputy)


def test_who_only_inspects_says_nothing(cast: Cast, event: Event) -> None:
    with pytest.raises(Refused) as refused:
        label_event(event, Event.MINOR, WHY, cast.inspector)
    assert refused.value.code == "not_permitted"
    assert not Sensitivity.objects.exists()
