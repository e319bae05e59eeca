"""The hub file: what is wrong is said with file, line and key, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiying.hub.hubfile import HubFileError, load

ROOT = Path(__file__).resolve().parents[2]
GOOD = """hub: liaoning
broker: amqp://guest:guest@127.0.0.1:5672//
rest: anshan
screeners: 2
bureaus:
  - code: anshan
    home: anshan
    database: postgres://huiying@127.0.0.1:5432/anshan
    port: 8001
  - code: fushun
    home: fushun
    database: postgres://huiying@127.0.0.1:5432/fushun
    regulation: sixian
    streams: 2
    from: 7
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "hub.yaml"
    path.write_text(text, "utf-8")
    return path


def told(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(HubFileError) as caught:
        load(write(folder, text))
    return [(problem.line, problem.key) for problem in caught.value.problems]


def test_a_good_file_is_read_from_its_own_folder(tmp_path: Path) -> None:
    hub = load(write(tmp_path, GOOD))
    assert (hub.name, hub.rest, hub.screeners, hub.demonstration) == ("liaoning", "anshan", 2, "")
    first, second = hub.bureaus
    assert first.home == tmp_path / "anshan"
    assert hub.key == tmp_path / "hub.key"
    assert (first.regulation, first.port, first.begins) == ("anshan", 8001, 1)
    assert (second.regulation, second.streams, second.begins) == ("sixian", 2, 7)
    assert hub.bureau("fushun") == second
    assert hub.bureau("nowhere") is None


def test_a_process_of_a_bureau_has_its_home_database_and_queues(tmp_path: Path) -> None:
    hub = load(write(tmp_path, GOOD))
    own = [hub.environment(bureau) for bureau in hub.bureaus]
    assert own[1]["HUIYING_REGULATION"] == "sixian"
    assert own[0]["HUIYING_BUREAU"] == "liaoning.anshan"
    assert "HUIYING_DEMO" not in own[0]
    for name in ("HUIYING_HOME", "HUIYING_DATABASE_URL", "HUIYING_BUREAU"):
        assert own[0][name] != own[1][name]


@pytest.mark.parametrize(
    ("change", "line", "key"),
    [
        (("hub: liaoning", "hub: 辽宁"), 1, "hub"),
        (("amqp://guest", "redis://guest"), 2, "broker"),
        (("rest: anshan", "rest: dalian"), 3, "rest"),
        (("screeners: 2", "screeners: 0"), 4, "screeners"),
        (("screeners: 2", "screeners: two"), 4, "screeners"),
        (("screeners: 2", "screeners: true"), 4, "screeners"),
        (("    port: 8001", "    port: 80010"), 9, "bureaus[anshan].port"),
        (("    home: fushun\n", ""), 10, "bureaus[fushun].home"),
        (("5432/fushun", "5432/anshan"), 12, "bureaus[fushun].database"),
        (("home: fushun", "home: anshan"), 11, "bureaus[fushun].home"),
        (("    streams: 2", "    stream: 2"), 14, "bureaus[fushun].stream"),
        (("hub: liaoning\n", "hub: liaoning\nredis: x\n"), 2, "redis"),
        (("postgres://huiying@127.0.0.1:5432/fushun", "sqlite:///x"), 12, "bureaus[fushun].database"),
        (("postgres://huiying@127.0.0.1:5432/fushun", "$NOT_SET"), 12, "bureaus[fushun].database"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_key(tmp_path: Path, change: tuple[str, str], line: int, key: str) -> None:
    assert change[0] in GOOD
    assert told(tmp_path, GOOD.replace(*change)) == [(line, key)]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("hub: liaoning\n", "").replace("screeners: 2", "screeners: -1").replace("from: 7", "from: x")
    assert [key for _line, key in told(tmp_path, text)] == ["hub", "screeners", "bureaus[fushun].from"]


def test_two_bureaus_of_one_code_and_keys_written_twice_are_refused(tmp_path: Path) -> None:
    assert (10, "bureaus[anshan].code") in told(tmp_path, GOOD.replace("code: fushun", "code: anshan"))
    assert told(tmp_path, GOOD.replace("rest: anshan", "rest: anshan\nrest: anshan")) == [(4, "rest")]


@pytest.mark.parametrize("text", ["", "- a\n", "hub: x\nbureaus: []\n", "hub: x\nbureaus:\n  - anshan\n", "a: [\n"])
def test_what_is_no_hub_file_is_refused(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HubFileError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUSHUN", "postgres://u:secret@db/fushun")
    hub = load(write(tmp_path, GOOD.replace("postgres://huiying@127.0.0.1:5432/fushun", "$FUSHUN")))
    assert hub.bureaus[1].database == "postgres://u:secret@db/fushun"


def test_the_demonstrations_hub_file_is_good() -> None:
    hub = load(ROOT / "deploy" / "hub-demo.yaml")
    assert [bureau.regulation for bureau in hub.bureaus] == ["anshan", "sixian"]
    assert hub.rest == hub.demonstration == "anshan"
    assert hub.environment(hub.bureaus[1])["HUIYING_DEMO"] == "1"
