"""Where a post came from (C10.5 出处、传播路径): its parent, all its known ancestors, and how sure that is.

Evidence in its order: the source's own id, the `//@` chain, a quoted link, the root of its cascade, an earlier copy.
The first three are said by the post itself; the last two are inferences, carry a calibrated confidence and are always
marked 推断. Posts and outlets only: the names of a chain are never read, kept or compared (INV-10). Links and content
numbers are found without nested repetition, so a hostile text costs linear work.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from huiying.engine.chains import own_words, parents, unnamed
from huiying.engine.duplicates import Duplicate, without_boilerplate
from huiying.engine.normalise import normalise
from huiying.engine.post import Post

_MOST: Final = 8
_LINK: Final = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&()*+,;=%]{1,500}", re.ASCII)
_BV: Final = re.compile(r"(?<![A-Za-z0-9])BV1[1-9A-HJ-NP-Za-km-z]{9}(?![A-Za-z0-9])", re.ASCII)
_STATUS: Final = re.compile(r"/(?:status|detail)/([A-Za-z0-9]{6,20})$", re.ASCII)
_WEIBO: Final = re.compile(r"^/\d{5,12}/([A-Za-z0-9]{6,20})$", re.ASCII)
_VIDEO: Final = re.compile(r"/(?:video|note)/([0-9]{12,22})(?:/|$)", re.ASCII)
#: Hosts that only lead elsewhere: the address says nothing about the post behind it.
_SHORT: Final = frozenset({"t.cn", "url.cn", "dwz.cn", "b23.tv", "v.douyin.com", "v.kuaishou.com", "t.co", "bit.ly"})


def references(text: str) -> tuple[str, ...]:
    """What a text points at, each once, in order, at most eight: `bv:…`, `weibo:…`, `video:…`, `url:host/path`."""
    found: dict[str, None] = {}
    for number in _BV.findall(text):
        found[f"bv:{number}"] = None
    for link in _LINK.findall(text):
        for key in of_link(link):
            found[key] = None
        if len(found) >= _MOST:
            break
    return tuple(found)[:_MOST]


def of_link(link: str) -> tuple[str, ...]:
    """The keys of one address; none for short links and for a site's front page."""
    try:
        parts = urlsplit(link.strip().rstrip(".,;:!?)"))
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ()
    path = parts.path.rstrip("/")
    if not host or host in _SHORT or not path:
        return ()
    keys = [f"bv:{number}" for number in _BV.findall(path)]
    is_weibo = host in ("weibo.com", "weibo.cn") or host.endswith((".weibo.com", ".weibo.cn"))
    if is_weibo and (mid := _WEIBO.search(path) or _STATUS.search(path)):
        keys.append(f"weibo:{mid[1]}")
    if video := _VIDEO.search(path):
        keys.append(f"video:{video[1]}")
    # Many forums name the post in the query (`?tid=12`), so it belongs to the address.
    return (*keys, f"url:{host}{path}" + (f"?{parts.query}" if parts.query else ""))


def own_references(post: Post) -> frozenset[str]:
    """The keys by which others may point at `post`."""
    keys = set(of_link(post.url)) if post.url else set()
    if _BV.fullmatch(post.native_id):
        keys.add(f"bv:{post.native_id}")
    if post.channel_class == "微博客" and 6 <= len(post.native_id) <= 20 and post.native_id.isalnum():
        keys.add(f"weibo:{post.native_id}")
    return frozenset(keys)


_Key = TypeVar("_Key", str, int)

#: How the evidence of an inferred edge begins; what is stored of it keeps the word.
INFERRED: Final = "推断"
BY_ID, BY_CHAIN, BY_LINK, BY_ROOT, BY_COPY = "id", "chain", "link", "root", "copy"
#: Kinds of post which exist only as an answer to another one.
FOLLOWERS: Final = frozenset({"repost", "comment"})

# A chain quotes its post's own words: measured right in all cases of the given storms, but a quoted text may be a
# copy of another; a step further up leaves a post out that nobody collected.
_NEAREST: Final = 0.97
_FURTHER: Final = 0.9
_AMBIGUOUS: Final = 0.7
_LINKED: Final = 0.9
# No truth exists for who copied whom: a ceiling, not a measured share.
_COPIED: Final = 0.6
_COPY_HALF_LIFE: Final = 30.0  # days

_PREFIX: Final = 20  # letters that a shortened quotation shares with its post
_LEAST_LETTERS: Final = 6  # shorter words are said by many
_LONG: Final = 30
_PATH: Final = 64

# How likely a repost without any cue comes straight from its cascade's root. Fitted by `tools/fit_spread.py` on the
# repost trees that were given (90 696 reposts): calibration error .023 on held-back trees. Neither likeness of words
# nor bursts after a repost told the true parent of a deep one (right in 2 to 10 of 100), so the root is what is shown.
FEATURES: Final = ("minutes", "rank", "empty", "boilerplate", "long", "reply", "repeated")
WEIGHTS: Final = (-0.23, -0.117, -0.109, 1.025, 0.202, -0.498, 0.466)
INTERCEPT: Final = 2.355


@dataclass(frozen=True, slots=True)
class Parent:
    """`id` of the parent; `confidence` 0 to 1 that it is the direct one; `ancestors` nearest first, `id` among them.

    `evidence` says in words what it rests on; `inferred` edges must look different wherever they are shown.
    """

    id: str
    confidence: float
    evidence: str
    inferred: bool
    how: str
    ancestors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cascade:
    """The reposts of one root as known so far: `minutes` since the root, `size` posts after it.

    `repeated`: whether somebody in it said the same words before.
    """

    root: str
    minutes: float
    size: int
    repeated: bool = False


class Lookup(Protocol):
    """What has been seen. Every method costs constant work."""

    def said(self, words: str) -> tuple[str, bool] | None:
        """The earliest post of these words (or beginning with them), and whether only one said so."""

    def linked(self, reference: str) -> str | None:
        """The post that a link, BV or mid id points at."""

    def cascade(self, post: Post) -> Cascade | None:
        """The cascade that a post belongs to, where something says which."""

    def copy(self, post: Post) -> tuple[Duplicate, float] | None:
        """The earliest copy and its age in days."""

    def path(self, key: str) -> tuple[str, ...]:
        """Ancestors of a known post, nearest first."""


def find_parent(post: Post, lookup: Lookup) -> Parent | None:
    """The parent of `post` by the best evidence there is; None where nothing speaks for one."""
    for look in (_named, _quoted, _linked, _rooted, _copied):
        found = look(post, lookup)
        if found is not None and found.id != post.native_id:
            return found
    return None


def _named(post: Post, lookup: Lookup) -> Parent | None:
    if not post.parent_id:
        return None
    above = (post.parent_id, *lookup.path(post.parent_id))
    if post.root_id and post.root_id not in above and post.root_id != post.native_id:
        above = (*above, post.root_id)
    return Parent(post.parent_id, 1.0, "明示：来源给出了上一条的编号", False, BY_ID, above)


def _quoted(post: Post, lookup: Lookup) -> Parent | None:
    """The nearest post of the `//@` chain that was seen, and all others of the chain above it."""
    ancestors: list[str] = []
    nearest: tuple[int, str, bool] | None = None
    for step, quoted in enumerate(parents(post.text)):
        found = lookup.said(quoted.whole) or lookup.said(quoted.own)
        if found is None or found[0] == post.native_id or found[0] in ancestors:
            continue
        if nearest is None:
            nearest = (step, quoted.who, found[1])
        ancestors.append(found[0])
    if nearest is None:
        return None
    step, who, sure = nearest
    ancestors += [key for key in lookup.path(ancestors[-1]) if key not in ancestors and key != post.native_id]
    confidence = _AMBIGUOUS if not sure else _NEAREST if step == 0 else _FURTHER
    where = "上一条" if step == 0 else f"往上第 {step + 1} 条"
    evidence = f"明示：转发链中{where}（{who}）的文字已收到过"
    return Parent(ancestors[0], confidence, evidence, False, BY_CHAIN, tuple(ancestors[:_PATH]))


def _linked(post: Post, lookup: Lookup) -> Parent | None:
    mine = own_references(post)
    for reference in references(post.full_text):
        found = lookup.linked(reference) if reference not in mine else None
        if found is not None and found != post.native_id:
            above = (found, *lookup.path(found))
            return Parent(found, _LINKED, "明示：文中的链接或编号指向已收到的一条", False, BY_LINK, above)
    return None


def _rooted(post: Post, lookup: Lookup) -> Parent | None:
    cascade = lookup.cascade(post)
    if cascade is None or cascade.root == post.native_id:
        return None
    if post.root_id:
        evidence = f"{INFERRED}：来源只给出了首发的编号，中间还有没有别人转过不清楚"
    else:
        evidence = f"{INFERRED}：没有写明转自哪一条，按直接转自首发算"
    confidence = root_confidence(post, cascade)
    return Parent(cascade.root, confidence, evidence, True, BY_ROOT, (cascade.root,))


def _copied(post: Post, lookup: Lookup) -> Parent | None:
    found = lookup.copy(post)
    if found is None:
        return None
    copy, days = found
    confidence = _COPIED * copy.similarity * 2.0 ** (-max(days, 0.0) / _COPY_HALF_LIFE)
    what = "相同" if copy.exact else "相近"
    above = (copy.key, *lookup.path(copy.key))
    return Parent(
        copy.key, round(min(confidence, _COPIED), 4), f"{INFERRED}：与较早的一条文字{what}", True, BY_COPY, above
    )


def features(post: Post, cascade: Cascade) -> tuple[float, ...]:
    """In the order of `FEATURES`: what a repost without a cue lets one see of where it came from."""
    words = own_words(post.full_text).strip()
    left = _letters(words)
    return (
        math.log1p(max(cascade.minutes, 0.0)),
        math.log1p(max(cascade.size, 0)),
        float(not words),
        float(bool(words) and not left),
        float(len(left) > _LONG),
        float(words.startswith("回复")),
        float(cascade.repeated),
    )


def root_confidence(post: Post, cascade: Cascade) -> float:
    """How likely `post` comes straight from the root of `cascade`, 0 to 1."""
    score = INTERCEPT + math.fsum(w * x for w, x in zip(WEIGHTS, features(post, cascade), strict=True))
    return round(1.0 / (1.0 + math.exp(-score)), 4)


class SpreadIndex:
    """A `Lookup` over the last `window` posts. State is a pure function of the sequence of `add` calls.

    `copies` finds the earliest copy of a post among those added before; without it nothing is inferred from copies.
    """

    def __init__(
        self, window: int = 200_000, copies: Callable[[Post], tuple[Duplicate, float] | None] | None = None
    ) -> None:
        self._window = window
        self._copies = copies
        self._posts: OrderedDict[str, tuple[tuple[tuple[bytes, bytes], ...], tuple[str, ...]]] = OrderedDict()
        self._words: dict[bytes, str] = {}
        self._begins: dict[bytes, tuple[str, bool]] = {}
        self._links: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._roots: OrderedDict[str, tuple[datetime | None, int]] = OrderedDict()
        self._repeated: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._posts)

    def add(self, post: Post, parent: Parent | None = None) -> None:
        """Remember a post with its parent; one seen before changes nothing."""
        key = post.native_id
        if key in self._posts:
            return
        links = tuple(sorted(own_references(post)))
        # A repost quotes the text alone, or title and text as one.
        said = tuple({_letters(words): None for words in dict.fromkeys((post.full_text, post.text))})
        self._posts[key] = (tuple((_digest(one), _digest(one[:_PREFIX])) for one in said), links)
        for letters, (whole, begin) in zip(said, self._posts[key][0], strict=True):
            if len(letters) >= _LEAST_LETTERS:
                self._words.setdefault(whole, key)
            if len(letters) >= _PREFIX:
                first, sole = self._begins.setdefault(begin, (key, True))
                if sole and whole not in dict(self._posts[first][0]):
                    self._begins[begin] = (first, False)
        for link in links:
            self._links.setdefault(link, key)
        # A child may come in before its parent, so a hostile source can close a ring: such an edge is not kept.
        if parent is not None and key not in (parent.id, *self.path(parent.id)):
            self._above[key] = parent.id
        self._count(post, key)
        if len(self._posts) > self._window:
            self._forget()

    def said(self, words: str) -> tuple[str, bool] | None:
        letters = _letters(words)
        if len(letters) < _LEAST_LETTERS:
            return None
        found = self._words.get(_digest(letters))
        if found is not None:
            return found, True
        return self._begins.get(_digest(letters[:_PREFIX])) if len(letters) >= _PREFIX else None

    def linked(self, reference: str) -> str | None:
        return self._links.get(reference)

    def copy(self, post: Post) -> tuple[Duplicate, float] | None:
        return self._copies(post) if self._copies is not None else None

    def path(self, key: str) -> tuple[str, ...]:
        return ancestor_path(key, self._above.get)

    def cascade(self, post: Post) -> Cascade | None:
        """The cascade which the source's root id names."""
        return self.cascade_of(post.root_id, post) if post.root_id else None

    def cascade_of(self, root: str, post: Post) -> Cascade:
        """The cascade of `root` as `post` finds it."""
        begun, size = self._roots.get(root, (None, 0))
        now = moment_of(post)
        minutes = (now - begun).total_seconds() / 60 if begun is not None and now is not None else 0.0
        own = _letters(own_words(post.full_text))
        return Cascade(root, minutes, size, len(own) >= 2 and (root, _digest(own)) in self._repeated)

    def _count(self, post: Post, key: str) -> None:
        path = self.path(key)
        root = path[-1] if path else key
        if root == key:
            if post.kind not in FOLLOWERS:
                self._roots.setdefault(key, (moment_of(post), 0))
            return
        begun, size = self._roots.get(root, (None, 0))
        self._roots[root] = (begun, size + 1)
        own = _letters(own_words(post.full_text))
        if len(own) >= 2:
            self._repeated[(root, _digest(own))] = None
        while len(self._repeated) > self._window:
            self._repeated.popitem(last=False)
        while len(self._roots) > self._window:
            self._roots.popitem(last=False)

    def _forget(self) -> None:
        key, (said, links) = self._posts.popitem(last=False)
        for whole, begin in said:
            if self._words.get(whole) == key:
                del self._words[whole]
            if self._begins.get(begin, ("", True))[0] == key:
                del self._begins[begin]
        for link in links:
            if self._links.get(link) == key:
                del self._links[link]
        self._above.pop(key, None)
        self._roots.pop(key, None)


def moment_of(post: Post) -> datetime | None:
    """When a post was published, else seen; a time that lies ahead of its receipt counts as not known."""
    moment = post.published_at if post.time_confidence != "future" else None
    return moment or post.seen_at


def ancestor_path(key: _Key, above: Callable[[_Key], _Key | None], most: int = _PATH) -> tuple[_Key, ...]:
    """The ancestors of `key`, nearest first, at most `most`; a ring ends where it closes."""
    found: dict[_Key, None] = {}
    step = above(key)
    while step is not None and step != key and step not in found and len(found) < most:
        found[step] = None
        step = above(step)
    return tuple(found)


def depths(edges: Iterable[tuple[_Key, _Key]]) -> dict[_Key, int]:
    """How far each node of (child, parent) edges stands from one without a parent; a ring is cut, never followed."""
    above = dict(edges)
    deep: dict[_Key, int] = {}
    for start in above:
        path: dict[_Key, None] = {}
        key: _Key | None = start
        while key is not None and key not in deep and key not in path:
            path[key] = None
            key = above.get(key)
        base = deep.get(key, -1) if key is not None else -1
        for step, node in enumerate(reversed(path), 1):
            deep[node] = base + step
    return deep


@lru_cache(maxsize=8)  # a post's words are looked at several times on its way through; later ones never
def _letters(text: str) -> str:
    """Letters and digits as compared: no names, no words that the platform puts there itself."""
    plain = without_boilerplate(normalise(unnamed(text)).text)
    return "".join(char for char in plain if char.isalnum())


def _digest(letters: str) -> bytes:
    return hashlib.blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=12).digest()
