"""A person merges, splits and keeps apart: rows, ledger and stream obey, also after a rebuild (C5.10, C6.2, INV-3)."""

import pytest

from cast import Cast
from huiying.judging import actions, engines, merging, pipeline
from huiying.judging.models import Event, EventPost, Pin
from huiying.kernel import home
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive
from huiying.people.errors import Refused
from lines_of import parsed

DEPOSIT = "鞍山公共资源交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "鞍山不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死了，代理说让等"


def hear(*texts: str, start: int = 0) -> list[Event]:
    receive([parsed(str(start + n), text) for n, text in enumerate(texts)], how="import", actor=Actor.SYSTEM)
    while pipeline.judge_pending().screened:
        pass
    names = [str(start + n) for n in range(len(texts))]
    return [merging.live(EventPost.objects.get(post__native_id=name).event) for name in names]


def kinds(event: Event) -> list[str]:
    return list(
        LedgerEntry.objects.filter(chain=f"event:{event.number}").order_by("seq").values_list("kind", flat=True)
    )


@pytest.fixture(params=["heard on", "rebuilt"])
def again(request: pytest.FixtureRequest):
    """The engine goes on, or is thrown away and hears the log and the pins again."""
    return (lambda: engines.engine().reset()) if request.param == "rebuilt" else (lambda: None)


def test_later_posts_of_a_merged_event_go_where_the_person_put_it(staff: Cast, again) -> None:
    deposit, outage = hear(DEPOSIT, OUTAGE)
    assert deposit != outage
    actions.merge_events(outage, deposit, staff.duty)
    again()
    assert hear("鞍山开标系统又登不上了，标解不了密，直播间卡死，代理还是让等", start=10) == [deposit]
    assert Pin.objects.get().kind == Pin.TOGETHER


def test_split_posts_become_an_event_and_new_ones_find_it(staff: Cast, again) -> None:
    deposit, outage = hear(DEPOSIT, OUTAGE)
    actions.merge_events(outage, deposit, staff.duty)
    post = EventPost.objects.get(post__native_id="1").post_id
    made = actions.split_event(deposit, [post], "一件是退钱，一件是系统故障", staff.duty)
    again()
    assert hear("鞍山开标系统又登不上了，标解不了密，直播间卡死，代理还是让等", start=10) == [made]
    assert hear("鞍山保证金没退，财务让等银行，银行让等财务，换了银行以后", start=20) == [deposit]
    deposit.refresh_from_db()
    assert deposit.posts_count == 2
    assert "event.split" in kinds(deposit)
    assert "event.split_from" in kinds(made)


def test_a_split_never_makes_a_matter_known_later(staff: Cast) -> None:
    """INV-2, INV-3: what goes was known when it stood on the desk; what stays keeps its moment."""
    deposit, outage = hear(DEPOSIT, OUTAGE)
    actions.merge_events(outage, deposit, staff.duty)
    before = Event.objects.get(pk=deposit.pk).first_known_at
    place = EventPost.objects.get(post__native_id="1")
    made = actions.split_event(deposit, [place.post_id], "是两件不同的事", staff.duty)
    assert made.first_known_at == place.stood_at
    assert Event.objects.get(pk=deposit.pk).first_known_at == before


@pytest.mark.parametrize("meant", ["the newer into the older", "the older into the newer"])
def test_a_merge_taken_back_stays_taken_back(staff: Cast, again, meant: str) -> None:
    deposit, outage = hear(DEPOSIT, OUTAGE)
    loser, winner = (outage, deposit) if meant == "the newer into the older" else (deposit, outage)
    actions.merge_events(loser, winner, staff.duty)
    actions.unmerge(loser, staff.duty)
    again()
    assert hear("鞍山开标系统又登不上了，标解不了密，直播间卡死，代理还是让等", start=10) == [outage]
    assert hear("鞍山保证金没退，财务让等银行，银行让等财务，换了银行以后", start=20) == [deposit]
    assert merging.parted(deposit, outage)
    touched: dict[int, Event] = {}
    merging.adopt(outage.stream_no, deposit.stream_no, touched)
    assert Event.objects.get(pk=outage.pk).merged_into is None


def test_keeping_apart_is_said_once_and_in_both_chains(staff: Cast) -> None:
    deposit, outage = hear(DEPOSIT, OUTAGE)
    assert actions.keep_apart(deposit, outage, "一件是退钱，一件是故障", staff.duty) is not None
    assert actions.keep_apart(outage, deposit, "一件是退钱，一件是故障", staff.duty) is None
    assert kinds(deposit).count("event.kept_apart") == kinds(outage).count("event.kept_apart") == 1
    with pytest.raises(Refused):
        actions.keep_apart(deposit, deposit, "一件是退钱，一件是故障", staff.duty)
    actions.merge_events(outage, deposit, staff.duty)
    assert not merging.parted(deposit, outage)


def test_what_makes_no_sense_is_refused_in_words(staff: Cast) -> None:
    (event,) = hear(DEPOSIT)
    post = EventPost.objects.get().post_id
    for posts, code in (([post], "nothing_left"), ([post + 99], "no_such_post"), ([], "no_such_post")):
        with pytest.raises(Refused) as refused:
            actions.split_event(event, posts, "是两件不同的事", staff.duty)
        assert refused.value.code == code
    with pytest.raises(Refused):
        actions.split_event(event, [post], "是两件不同的事", staff.inspector)


def test_a_snapshot_of_this_log_is_used_and_one_of_another_is_not(staff: Cast, monkeypatch, tmp_path) -> None:
    """INV-12: the file spares the replay and changes nothing."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    monkeypatch.setattr(engines, "SAVE_EVERY", 1)
    hear(DEPOSIT, OUTAGE)
    mine = engines.engine()
    mine._uncommitted = False  # as after a commit; the test's transaction never commits
    mine.catch_up()
    assert (home.home() / "stream.snapshot").exists()
    fresh = engines.Judge()
    fresh.catch_up()
    assert fresh._last == mine._last == fresh._saved
    EventPost.objects.order_by("-id").first().delete()
    other = engines.Judge()
    other.catch_up()
    assert (other._saved, other._last) != (mine._saved, mine._last)
