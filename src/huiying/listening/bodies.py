"""The body of an article by the weight of its sentences: punctuation and length speak for it, links against it.

Sentences give their weight to the element around them and half of it to the next one out; the heaviest element is the
body, once its share of link text is taken off. Menus and lists of other news have many links and no full stops.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

_NOISE: Final = [
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe", "button",
    "select", "svg",
]  # fmt: skip
_NOISY: Final = re.compile(
    r"comment|recommend|related|share|footer|copyright|breadcrumb|sidebar|hot-?(?:news|list)|qrcode|toolbar|login",
    re.IGNORECASE,
)
_HOLDS: Final = "p, pre, td, div, section, article, li, span, blockquote"
_SELF: Final = frozenset({"div", "td", "section", "article"})
_STOPS: Final = re.compile(r"[，。！？；：、“”…,.!?;]")
_SHORTEST: Final = 12
_MOSTLY_LINKS: Final = 0.5


def body_of(html: str) -> str:
    """Text of the article, a line a paragraph; "" where nothing looks like one."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(_NOISE)
    if tree.body is None:
        return ""
    best = _heaviest(tree.body)
    return _lines(best) if best is not None else ""


def _heaviest(body: LexborNode) -> LexborNode | None:
    weights: dict[int, float] = {}
    nodes: dict[int, LexborNode] = {}
    for node in body.css(_HOLDS):
        text = node.text(deep=False).strip()
        if len(text) < _SHORTEST:
            continue
        weight = len(_STOPS.findall(text)) + len(text) / 40
        steps = [(node, weight)] if node.tag in _SELF else []
        # An inline element speaks for the paragraph that holds it.
        outer = node.parent.parent if node.tag == "span" and node.parent is not None else node.parent
        steps += [(outer, weight)] if outer is not None else []
        further = outer.parent if outer is not None else None
        steps += [(further, weight / 2)] if further is not None else []
        for holder, share in steps:
            weights[holder.mem_id] = weights.get(holder.mem_id, 0.0) + share
            nodes[holder.mem_id] = holder
    best, most = None, 0.0
    for key, weight in weights.items():
        worth = weight * (1.0 - _link_share(nodes[key])) * (0.3 if _is_noisy(nodes[key]) else 1.0)
        if worth > most:
            best, most = nodes[key], worth
    return best


def _link_share(node: LexborNode) -> float:
    whole = len("".join(node.text().split()))
    linked = sum(len("".join(link.text().split())) for link in node.css("a"))
    return min(linked / whole, 1.0) if whole else 1.0


def _is_noisy(node: LexborNode) -> bool:
    return _NOISY.search(f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}") is not None


def _lines(node: LexborNode) -> str:
    for block in node.css("div, ul, ol, table, section, dl, p"):
        if block.mem_id != node.mem_id and _is_aside(block):
            block.decompose()
    for block in node.css("p, div, br, li, tr, h1, h2, h3, h4, section, blockquote"):
        block.insert_before("\n")
        block.insert_after("\n")
    lines = (" ".join(line.split()) for line in node.text().split("\n"))
    return "\n".join(line for line in lines if line)


def _is_aside(block: LexborNode) -> bool:
    """A list of links or a box that is named as something else, without sentences of its own."""
    text = block.text().strip()
    if block.tag != "p" and _is_noisy(block):
        return len(_STOPS.findall(text)) < 10 or _link_share(block) > _MOSTLY_LINKS / 2
    return bool(text) and block.tag != "p" and _link_share(block) > _MOSTLY_LINKS and len(block.css("a")) > 1
