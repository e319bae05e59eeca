"""Short ways to bring posts to the desk in tests."""

from typing import Any

from huiying.judging import pipeline
from huiying.judging.models import Event
from huiying.judging.queries import event_of_post
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.listening.models import Post
from lines_of import parsed

COMPLAINT = "鞍山公共资源交易中心的保证金一直不退，打电话没人接，投诉也没人回复"
OTHER = "鞍山某医院核磁设备采购中标价比邻市贵了两百万，差价去哪了"
PRAISE = "鞍山公共资源交易中心窗口服务贴心，感谢，点赞"
RUMOUR = "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废"
LIFE = "货款压了我一年半，真的活不下去了，想从楼上跳下去一了百了"


def bring(*texts: str, judge: bool = True, start: int = 0, **more: Any) -> list[Post]:
    """Receive the texts as forum posts of Anshan, in order, and judge them."""
    rows = [parsed(f"{text[:6]}-{start + number}", text, **more) for number, text in enumerate(texts)]
    received = receive(rows, how="import", actor=Actor.SYSTEM)
    while judge and pipeline.judge_pending().screened:
        pass
    return [Post.objects.get(pk=pk) for pk in received.post_ids]


def event_from(text: str = COMPLAINT, **more: Any) -> Event:
    """The event which a text opened."""
    event = event_of_post(bring(text, **more)[0])
    assert event is not None
    return event


def grave_event(reads: int = 3_000_000) -> Event:
    """An event whose suggestion lies above the lowest level: national reach and a grave matter."""
    event = event_from(
        RUMOUR, metrics={"reads": reads, "reposts": 9000, "comments": 5000}, outlet_tier=3, channel_class="微博客"
    )
    assert event.suggested_level in ("L3", "L4")
    return event
