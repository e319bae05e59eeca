"""A screener gives every bureau one part of every batch, and drops nothing (INV-1)."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.hub import broker, cards
from huiying.hub.consuming import Screening
from huiying.hub.hubfile import Hub
from lines_of import post

DEPOSIT = post("1", "鞍山公共资源交易中心的保证金一直不退，投诉没人管", voice="v1")
CARD = post("2", "泗县虹城的健身会所跑路了，充值卡里的钱没人退，商务局管不管", region="泗县")
NOBODYS = post("3", "今天天气很好", region="")
ROWS = (DEPOSIT, CARD, NOBODYS)


class Queues:
    """What was sent, by queue; refuses one when told."""

    def __init__(self) -> None:
        self.sent: dict[str, list[bytes]] = {}
        self.refuses = ""

    def __call__(self, name: str, body: bytes) -> None:
        if name == self.refuses:
            raise ConnectionResetError(name)
        self.sent.setdefault(name, []).append(body)


def card_of(place: str, secret: bytes) -> bytes:
    from huiying.engine.rules import read_rules

    told = {"name": place, "rules": read_rules(place), "grading": {}, "weights": {}, "wider": []}
    return broker.sealed(told, secret)


@pytest.fixture
def screening(hub: Hub, secret: bytes) -> Screening:
    made = Screening(hub, secret)
    made.hear("anshan", card_of("anshan", secret))
    made.hear("sixian", card_of("sixian", secret))
    made.hear("late", card_of("sixian", secret))
    return made


def ids(body: bytes, secret: bytes) -> list[str]:
    return [row["native_id"] for row in broker.open_(body, secret).rows]


def test_each_bureau_gets_what_concerns_it_and_the_rest_bureau_what_concerns_nobody(
    screening: Screening, secret: bytes
) -> None:
    queues = Queues()
    screening.work(broker.seal(broker.Batch(5, "import", ROWS), secret), queues)
    found = {name: [ids(body, secret) for body in bodies] for name, bodies in queues.sent.items()}
    assert found == {
        "huiying.unit.anshan.posts": [["1", "3"]],
        "huiying.unit.sixian.posts": [["2"]],
        "huiying.unit.late.posts": [["2"]],
    }


def test_a_part_bears_the_batchs_number_and_the_rows_come_whole(screening: Screening, secret: bytes) -> None:
    queues = Queues()
    screening.work(broker.seal(broker.Batch(5, "demo", ROWS), secret), queues)
    (body,) = queues.sent["huiying.unit.anshan.posts"]
    part = broker.open_(body, secret)
    assert (part.number, part.how, part.rows[0]) == (5, "demo", DEPOSIT)


def test_a_bureau_for_which_there_is_nothing_is_told_so(screening: Screening, secret: bytes) -> None:
    queues = Queues()
    screening.work(broker.seal(broker.Batch(5, "import", (NOBODYS,)), secret), queues)
    assert ids(queues.sent["huiying.unit.sixian.posts"][0], secret) == []


def test_a_bureau_gets_nothing_from_before_it_joined(screening: Screening, secret: bytes) -> None:
    queues = Queues()
    for number in (1, 2, 3):
        screening.work(broker.seal(broker.Batch(number, "import", ROWS), secret), queues)
    assert len(queues.sent["huiying.unit.late.posts"]) == 1
    assert len(queues.sent["huiying.unit.sixian.posts"]) == 3


def test_before_any_card_came_everybody_gets_everything(hub: Hub, secret: bytes) -> None:
    parts = Screening(hub, secret).parts(broker.Batch(1, "import", ROWS))
    assert {code: len(rows) for code, rows in parts.items()} == {"anshan": 3, "sixian": 3, "late": 3}


def test_a_card_that_cannot_be_read_changes_nothing(screening: Screening, secret: bytes) -> None:
    before = screening.parts(broker.Batch(1, "import", ROWS))
    for body in (b"", broker.sealed({"rules": {}}, secret), broker.sealed({"name": "x"}, bytes(32))):
        screening.hear("sixian", body)
    assert screening.parts(broker.Batch(1, "import", ROWS)) == before
    assert screening.is_known("sixian")


def test_a_batch_of_which_a_part_could_not_be_sent_is_not_let_go(screening: Screening, secret: bytes) -> None:
    queues = Queues()
    queues.refuses = "huiying.unit.sixian.posts"
    with pytest.raises(ConnectionResetError):
        screening.work(broker.seal(broker.Batch(5, "import", ROWS), secret), queues)


def test_a_bureaus_own_card_screens_as_the_bureau_does(cast: Cast, hub: Hub, secret: bytes) -> None:
    """What the loop says of a bureau is enough to screen exactly as its own door does."""
    from huiying.listening.watching import screener

    body = broker.sealed(cards.card(), secret)
    watcher = cards.watcher(broker.opened(body, secret))
    assert watcher.screener is not None
    for row in ROWS:
        (read,) = broker.Batch(1, "import", (row,)).posts()
        assert watcher.screener.screen(read) == screener().screen(read)


def test_the_mark_of_a_card_changes_with_an_emergencys_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from huiying.listening import patrol

    before = cards.mark()
    assert cards.mark() == before
    monkeypatch.setattr(patrol, "wider_words", lambda: ("地铁",))
    assert cards.mark() != before
    assert cards.card()["wider"] == ["地铁"]
