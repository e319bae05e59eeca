"""INV-10: no table of citizens and no way to ask for one person's posts. INV-11: no tool to make others silent.

The tests walk whatever is installed, so a model, a URL or a parameter that somebody adds later is looked at too.
"""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

import huiying
from huiying.judging.actions.deciding import GROUNDS
from huiying.people.permissions import PERMISSIONS

ROOT = Path(huiying.__file__).parent
# Words for a citizen's identity. Staff is named in ledger texts and in `*_user` columns, which hold staff ids.
CITIZEN = re.compile(
    r"(^|_)(author|account|nick|nickname|screen_name|uid|user_?id|openid|avatar|follower|fans|citizen|person(?<!second_person)|poster"
    r"|blogger|influencer|ip|device|gender|profile)(_|$)"
)
STAFF_APPS = {"people", "work"}
# 「举报电话」 is how a citizen reports, 「不要求删帖」 how staff refuses; what must not exist is a
# tool against others' posts.
TAKEDOWN = re.compile(
    r"(?<!不要求)(?<!不得)(?<!不)删帖|封号|禁言|限流|下架帖|屏蔽(?:帖|用户|账号|评论|词)|举报(?:账号|帖|该帖|微博)"
    r"|水军|控评|刷赞|网评任务"
)
TAKEDOWN_NAME = re.compile(
    r"take_?down|delete_post|remove_post|ban_|mute_|shadow_?ban|mass_?report|report_account|sock_?puppet"
)


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("huiying.")]


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        path = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item, path)
        else:
            yield path, item


def sources(*suffixes: str) -> Iterator[Path]:
    return (path for path in ROOT.rglob("*") if path.suffix in suffixes and "migrations" not in path.parts)


def test_the_rule_recognises_what_it_is_meant_to_find():
    for name in ("author", "author_name", "account_id", "user_id", "weibo_uid", "nickname", "poster_ip"):
        assert CITIZEN.search(name), name
    for name in ("by_user", "description", "recipients", "voices_count", "equipment", "participants"):
        assert not CITIZEN.search(name), name


def test_no_model_holds_a_citizens_identity_inv_10():
    assert len(own_models()) >= 15
    found = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        if model._meta.app_label not in STAFF_APPS
        for field in model._meta.get_fields()
        if CITIZEN.search(field.name)
    ]
    assert found == []


def test_no_model_is_named_after_a_citizen_inv_10():
    names = [re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower() for model in own_models()]
    assert [name for name in names if CITIZEN.search(name)] == []


def test_a_voice_is_only_ever_sealed_or_tagged_inv_10():
    voices = {
        f"{model.__name__}.{field.name}": type(field).__name__
        for model in own_models()
        for field in model._meta.concrete_fields
        if "voice" in field.name
    }
    assert voices == {"Post.sealed_voice": "BinaryField", "Event.voices_count": "PositiveIntegerField"}


def test_a_tag_is_unique_inside_its_event_only_inv_10():
    tag = apps.get_model("judging", "VoiceTag")._meta
    assert [one.fields for one in tag.constraints] == [("event", "tag")]
    assert not tag.get_field("tag").unique
    assert not tag.get_field("tag").db_index


def test_no_address_asks_for_an_author_inv_10():
    found = [path for path, _item in patterns(get_resolver()) if CITIZEN.search(re.sub(r"[^a-z_]", "_", path))]
    assert [path for path in found if not path.startswith(("desk/people", "api/people"))] == []


def test_no_parameter_of_the_api_asks_for_an_author_inv_10():
    api = importlib.import_module("huiying.api.urls").api
    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    names = [
        parameter["name"]
        for path in schema["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
    ]
    assert [name for name in names if CITIZEN.search(name)] == []


def test_search_takes_words_only_inv_10():
    queries = importlib.import_module("huiying.listening.queries")
    assert list(inspect.signature(queries.search).parameters) == ["q", "limit", "within"]  # within: posts, by columns


def verb_modules() -> Iterator[str]:
    """Every module of verbs: `actions.py`, or what stands in `actions/`."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "actions" in parts and parts[0] in ("listening", "judging", "handling", "responding"):
            yield ".".join(("huiying", *parts)).removesuffix(".__init__")


def test_no_verb_silences_anybody_inv_11():
    modules = list(verb_modules())
    assert {name.split(".")[1] for name in modules} == {"listening", "judging", "handling", "responding"}
    names = [
        name for one in modules for name, _verb in inspect.getmembers(importlib.import_module(one), inspect.isfunction)
    ]
    assert "receive" in names
    assert [name for name in names if TAKEDOWN_NAME.search(name)] == []
    assert [name for name in PERMISSIONS if TAKEDOWN_NAME.search(name) or TAKEDOWN.search(name)] == []
    assert [words for words in GROUNDS.values() if TAKEDOWN.search(words)] == []


def test_no_address_silences_anybody_inv_11():
    found = [path for path, _item in patterns(get_resolver()) if TAKEDOWN_NAME.search(path) or TAKEDOWN.search(path)]
    assert found == []


def test_no_template_or_sentence_offers_to_silence_anybody_inv_11():
    looked_at = list(sources(".py", ".html", ".txt", ".po"))
    assert len(looked_at) > 20
    # The engine's word lists may hold such words, since citizens use them; only what speaks to people is looked at.
    spoken = [path for path in looked_at if "engine" not in path.relative_to(ROOT).parts]
    assert [str(path) for path in spoken if TAKEDOWN.search(path.read_text(encoding="utf-8"))] == []


def test_posts_have_no_delete_of_their_own_inv_1():
    for path in sources(".py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bPost\.objects\.[^\n]*\.delete\(\)|\bEvent\.objects\.[^\n]*\.delete\(\)", text), path
