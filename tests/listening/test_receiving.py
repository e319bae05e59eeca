"""Posts are stored once, whole, masked; the original is sealed only where something was hidden (C5.16, §6.2)."""

import pytest

from cast import Cast
from huiying.kernel import sealing
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.listening import ingest_masking
from huiying.listening.actions import Received, receive
from huiying.listening.models import Post
from huiying.work.models import Job
from lines_of import parsed

FIRST = "鞍山某项目围标，希望有人管"


def take(*posts: object, how: str = "import") -> Received:
    return receive(posts, how=how, actor=Actor.SYSTEM)  # type: ignore[arg-type]


def test_the_same_post_twice_is_stored_once(staff: Cast):
    assert take(parsed("1", FIRST)).new == 1
    again = take(parsed("1", FIRST))
    assert (again.received, again.new, again.duplicate) == (1, 0, 1)
    assert Post.objects.count() == 1
    assert again.post_ids == [Post.objects.get().pk]


def test_the_same_post_twice_in_one_import_is_stored_once(staff: Cast):
    result = take(parsed("1", FIRST), parsed("1", FIRST))
    assert (result.received, result.new, result.duplicate, len(result.post_ids)) == (2, 1, 1, 1)


def test_an_id_with_another_text_is_a_second_version_beside_the_first_inv_1(staff: Cast):
    take(parsed("1", FIRST))
    result = take(parsed("1", "（已编辑）鞍山某项目没有围标"))
    assert (result.new, result.versions) == (1, 1)
    assert list(Post.objects.order_by("id").values_list("version", flat=True)) == [1, 2]
    assert Post.objects.get(version=1).text == FIRST
    assert not Post.objects.get(version=2).screened


def test_the_same_id_on_another_platform_is_another_post(staff: Cast):
    result = take(parsed("1", FIRST), parsed("1", FIRST, platform="微博"))
    assert (result.new, result.versions) == (2, 0)


def test_personal_data_is_masked_and_the_original_sealed(staff: Cast):
    take(parsed("1", "鞍山这边的投标人请打 13812345678 找我"))
    row = Post.objects.get()
    assert "13812345678" not in row.text
    assert row.sealed_text is not None
    assert b"13812345678" not in bytes(row.sealed_text)
    assert ingest_masking.original_of(row) == ("", "鞍山这边的投标人请打 13812345678 找我")


def test_a_text_with_nothing_to_hide_has_no_sealed_copy(staff: Cast):
    take(parsed("1", FIRST))
    assert Post.objects.get().sealed_text is None


def test_names_in_repost_chains_become_user_a_inv_10(staff: Cast):
    take(parsed("1", "转发//@鞍山老李:围标了//@隔壁张姐:真的吗"))
    text = Post.objects.get().text
    assert "鞍山老李" not in text
    assert "隔壁张姐" not in text
    assert "用户A" in text


def test_a_voice_is_sealed_and_its_account_stands_nowhere_in_the_database(staff: Cast):
    take(parsed("1", FIRST, voice="acct-778899"))
    row = Post.objects.get()
    assert sealing.unseal(row.sealed_voice or b"", ingest_masking.VOICE) == b"acct-778899"
    kept = [str(value) for value in Post.objects.values().get().values()]
    kept += list(LedgerEntry.objects.values_list("payload", flat=True))
    kept += [str(job.payload) for job in Job.objects.all()]
    assert not any("778899" in value for value in kept)


def test_the_ledger_keeps_counts_ids_and_hashes_but_no_text(staff: Cast):
    take(parsed("1", FIRST), parsed("2", "另一条"))
    entry = entries("posts").last()
    assert entry is not None
    assert entry.kind == "posts.received"
    assert entry.data is not None
    assert entry.data["new"] == 2
    assert entry.data["posts"][0]["sha256"] == Post.objects.get(native_id="1").text_sha256
    assert "围标" not in (entry.payload or "")


def test_an_import_of_duplicates_alone_writes_nothing(staff: Cast):
    take(parsed("1", FIRST))
    before = (LedgerEntry.objects.count(), Job.objects.count())
    take(parsed("1", FIRST))
    assert (LedgerEntry.objects.count(), Job.objects.count()) == before


def test_newer_figures_of_a_known_post_are_kept_and_unknown_ones_change_nothing(staff: Cast):
    take(parsed("1", FIRST, metrics={"reads": 10, "comments": 4}))
    take(parsed("1", FIRST, metrics={"reads": 900, "comments": None}))
    assert Post.objects.get().metrics == {"reads": 900, "comments": 4}
    assert Job.objects.filter(kind="regrade_posts").count() == 1


def test_a_batch_of_450_is_taken_in_three_transactions_and_judged_later(staff: Cast):
    result = take(*(parsed(str(number), f"第 {number} 条") for number in range(450)))
    assert result.new == 450
    assert LedgerEntry.objects.filter(chain="posts", kind="posts.received").count() == 3
    assert Job.objects.filter(kind="judge").count() == 3


def test_two_long_ids_that_differ_only_at_the_end_stay_two(staff: Cast):
    long = "x" * 400
    assert take(parsed(f"{long}a", FIRST), parsed(f"{long}b", FIRST)).new == 2
    assert all(len(row.native_id) <= 200 for row in Post.objects.all())


def test_a_long_title_is_kept_whole_in_the_text(staff: Cast):
    title = "鞍山招标" * 200
    take(parsed("1", "正文", title=title))
    row = Post.objects.get()
    assert len(row.title) <= 500
    assert title in row.text


def test_danger_to_life_is_seen_at_the_door_and_enqueued_before_judging(staff: Cast):
    take(parsed("1", "货款压了我一年半，真的活不下去了，想从楼上跳下去一了百了。", own_channel=True))
    row = Post.objects.get()
    assert row.life_safety
    kinds = list(Job.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["urgent_call", "judge"]
    assert Job.objects.get(kind="urgent_call").idempotency_key == f"urgent:{row.pk}"


def test_a_rollback_leaves_no_post_without_its_urgent_call(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("huiying.listening.actions.receiving.record", broken)
    with pytest.raises(RuntimeError):
        take(parsed("1", "真的活不下去了，想跳楼", own_channel=True))
    assert Post.objects.count() == 0
    assert Job.objects.count() == 0
