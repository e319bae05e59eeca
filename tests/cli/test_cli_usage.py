"""Bad usage exits 2 with one sentence on standard error and nothing on standard output."""

import socket
from pathlib import Path

import pytest

from huiying.cli import serving

COMMANDS = [
    ["run"],
    ["demo"],
    ["start"],
    ["ingest", "x"],
    ["screen", "x"],
    ["cluster", "x"],
    ["clocks", "--regulation", "anshan", "--level", "一般", "--first-known", "2026-09-12T10:00:00+08:00"],
    ["regulation", "check", "x"],
    ["check"],
    ["ledger", "verify"],
    ["export", "ledger", "x"],
    ["assess", "--period", "2026"],
    ["bench"],
]


def one_sentence(err: str) -> bool:
    return err.startswith("huiying: ") and err.count("\n") == 1 and err.rstrip().endswith("。")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "缺少 命令"),
        (["dance"], "没有“dance”"),
        (["ledger"], "缺少 动作"),
        (["ledger", "burn"], "没有“burn”"),
        (["ingest"], "缺少 FILE"),
        (["clocks", "--regulation", "anshan"], "缺少 --level, --first-known"),
        (["assess"], "缺少 --period"),
        (["run", "--port", "many"], "--port 应为整数，而不是“many”"),
        (["check", "--loud"], "不认识 --loud"),
        (["assess", "--period"], "--period 后面要写一个值"),
    ],
)
def test_bad_usage_is_one_sentence_and_exits_2(huiying, arguments, says):
    result = huiying(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert says in result.err
    assert one_sentence(result.err)
    assert "--help" in result.err


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_every_command_has_json_and_help(huiying, arguments):
    words = arguments[: 2 if arguments[0] in ("regulation", "ledger", "export") else 1]
    result = huiying(*words, "--help")
    assert result.code == 0
    assert "--json" in result.out


@pytest.mark.parametrize("words", ["", "0", "65536", "-1", "80.5", "http", "８０", " "])
def test_a_bad_port_names_the_variable_to_change(huiying, home, monkeypatch, words):
    monkeypatch.setenv("PORT", words)
    result = huiying("run")
    assert result.code == 2
    assert result.out == ""
    assert f"“{words}”" in result.err
    assert "PORT" in result.err
    assert one_sentence(result.err)
    assert list(home.iterdir()) == []


def test_a_bad_port_option_is_refused_too(huiying, home):
    assert huiying("run", "--port", "70000").code == 2


def test_a_port_already_taken_exits_1_and_says_what_to_do(huiying, home, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for command in ("run", "demo", "start"):
            monkeypatch.setenv("HUIYING_HOME", str(home))
            result = huiying(command, "--port", port)
            assert result.code == 1
            assert f"127.0.0.1:{port}" in result.err
            assert "PORT=" in result.err
            assert one_sentence(result.err)
    assert not (home / "huiying.sqlite3").exists()


def test_a_host_that_is_no_address_is_named(huiying, home):
    result = huiying("run", "--host", "no such host", "--port", 8000)
    assert result.code == 1
    assert "no such host" in result.err
    assert "127.0.0.1" in result.err


def test_the_demonstration_refuses_to_be_reached_from_elsewhere(huiying, home, monkeypatch):
    result = huiying("demo", "--host", "0.0.0.0")
    assert result.code == 2
    assert "本机" in result.err
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "mailto://x")
    assert huiying("demo").code == 2


@pytest.mark.parametrize(("is_set_up", "chosen"), [(True, "run"), (False, "demo")])
def test_start_chooses_by_whether_the_bureau_is_set_up(huiying, monkeypatch, is_set_up, chosen):
    called = []
    monkeypatch.setattr(serving, "_is_set_up", lambda: is_set_up)
    monkeypatch.setattr(serving, "run", lambda options: called.append("run") or 0)
    monkeypatch.setattr(serving, "demo", lambda options: called.append("demo") or 0)
    assert huiying("start").code == 0
    assert called == [chosen]


def test_looking_whether_a_bureau_is_set_up_creates_nothing(home):
    assert not serving._is_set_up()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("command", ["screen", "cluster"])
def test_screen_and_cluster_name_a_missing_file(huiying, tmp_path, command):
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = huiying(command, path)
        assert (result.code, result.out) == (2, "")
        assert str(path) in result.err
        assert one_sentence(result.err)


def test_screen_names_rules_that_are_not_there(huiying, tmp_path):
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"native_id": "1", "text": "鞍山围标"}\n', encoding="utf-8")
    result = huiying("screen", posts, "--rules", "nowhere")
    assert (result.code, result.out) == (2, "")
    assert "nowhere" in result.err


def test_bench_names_the_benches_there_are(huiying):
    result = huiying("bench", "nothing")
    assert (result.code, result.out) == (2, "")
    assert "“nothing”" in result.err
    assert "rules" in result.err


def test_bench_prints_rows_of_the_promised_shape_and_a_missed_goal_exits_0(huiying, tmp_path, monkeypatch):
    row = {"name": "a", "figure": 1, "unit": "x", "peer_or_floor": 2, "ratio": 0.5, "goal": "≥ 1", "met": False}
    (tmp_path / "tiny.py").write_text(f"def run():\n    return [{row!r}]\n", encoding="utf-8")
    monkeypatch.setattr("huiying.cli.benching.FOLDER", tmp_path)
    result = huiying("bench", "--json")
    assert (result.code, result.data) == (0, [row])
    assert "tiny" in result.err  # what is going on, for whoever waits
    assert "未达到" in huiying("bench", "tiny").out


def test_a_peer_is_given_to_the_bench_that_asks_for_it(huiying, tmp_path, monkeypatch):
    """A bench without a parameter runs as it is; one with a parameter gets the checkouts by name."""
    row = "[{'name': 'x', 'figure': 1, 'unit': '', 'peer_or_floor': None, 'ratio': None, 'goal': 1, 'met': None}]"
    (tmp_path / "alone.py").write_text(f"def run(): return {row}", "utf-8")
    (tmp_path / "beside.py").write_text(
        f"def run(peers):\n    rows = {row}\n    rows[0]['unit'] = str(peers['other'])\n    return rows", "utf-8"
    )
    monkeypatch.setattr("huiying.cli.benching.FOLDER", tmp_path)
    result = huiying("bench", "--json", "--peer", f"other={tmp_path}")
    assert [row["unit"] for row in result.data] == ["", str(tmp_path)]


@pytest.mark.parametrize(
    ("peer", "said"), [("other", "名称=路径"), ("=x", "名称=路径"), ("other=/none/there", "不存在")]
)
def test_a_peer_that_is_not_there_is_bad_usage(huiying, peer, said):
    result = huiying("bench", "rules", "--peer", peer)
    assert result.code == 2
    assert said in result.err


def test_without_benches_the_sentence_says_where_to_run_it(huiying, tmp_path, monkeypatch):
    monkeypatch.setattr("huiying.cli.benching.FOLDER", tmp_path / "none")
    result = huiying("bench")
    assert result.code == 2
    assert "源码目录" in result.err


def test_the_project_has_a_bench_that_loads():
    from huiying.cli import benching

    assert "rules" in benching.names()
    assert (Path(benching.FOLDER) / "rules.py").is_file()
