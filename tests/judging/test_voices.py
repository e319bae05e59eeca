"""Voices are counted, people are not followed (INV-10)."""

from cast import Cast
from huiying.judging import actions, pipeline, queries
from huiying.judging.models import Event, Screening, VoiceTag
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.listening.models import Post
from lines_of import parsed
from stream_of import COMPLAINT, OTHER, bring, event_from


def speak(*voices: str, text: str = COMPLAINT, start: int = 0, **more: object) -> None:
    rows = [parsed(f"{text[:3]}{start + n}", text + "！" * n, voice=voice, **more) for n, voice in enumerate(voices)]
    receive(rows, how="import", actor=Actor.SYSTEM)
    pipeline.judge_pending()


def test_the_same_voice_counts_once_and_is_destroyed_with_the_assignment(staff: Cast):
    speak("u1", "u2", "u1")
    event = Event.objects.get()
    assert (event.posts_count, event.voices_count, event.voices.count()) == (3, 2, 2)
    assert Post.objects.exclude(sealed_voice=None).count() == 0


def test_a_tag_means_nothing_in_another_event(staff: Cast):
    speak("u1")
    speak("u1", text=OTHER)
    assert Event.objects.count() == 2
    assert len(set(VoiceTag.objects.values_list("tag", flat=True))) == 2


def test_the_voice_of_an_out_of_scope_post_is_destroyed_too(staff: Cast):
    speak("u1", text="今天天气真好", region="")
    assert Screening.objects.get().band == Screening.OUT
    assert Post.objects.get().sealed_voice is None


def test_a_suspect_keeps_its_voice_only_until_a_person_decides(staff: Cast):
    speak("u1", text="围标了，评标结果有猫腻，保证金不退", region="")
    screening = Screening.objects.get()
    assert screening.band == Screening.SUSPECT
    assert Post.objects.get().sealed_voice is not None
    actions.clear_suspect(screening, "hit", staff.duty)
    assert Post.objects.get().sealed_voice is None
    assert Event.objects.get().voices_count == 1


def test_merged_events_show_the_largest_and_the_sum(staff: Cast):
    speak("u1", "u2", "u3")
    speak("u1", "u9", text=OTHER)
    winner, loser = Event.objects.order_by("id")
    actions.merge_events(loser, winner, staff.duty)
    counted = queries.voices(Event.objects.get(pk=winner.pk))
    assert (counted.least, counted.most) == (3, 5)


def test_the_key_dies_with_the_event_and_the_count_stays(staff: Cast):
    speak("u1", "u2")
    event = Event.objects.get()
    actions.propose_dismissal(event, "misread", "这是别的城市的事情，不是我们的", staff.duty)
    actions.second_dismissal(event, agree=True, actor=staff.office)
    event = Event.objects.get()
    assert event.sealed_key is None
    assert VoiceTag.objects.count() == 0
    assert event.voices_count == 2


def test_posts_without_a_voice_are_simply_not_counted(staff: Cast):
    assert event_from().voices_count == 0
    bring(COMPLAINT + "！", start=1)
    assert Event.objects.get().voices_count == 0
