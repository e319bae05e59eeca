"""What must be hidden and what must not, which addresses are outside, codes and words (S17, §6.2)."""

from __future__ import annotations

import pytest

from huiying.kernel import addresses, tokens
from huiying.kernel.masking import mask_personal
from huiying.kernel.wording import plain, tokenise, wanted

HIDDEN = {
    "我电话是13900139000，晚上打": ("13900139000", "phone"),
    "电话:139.0013.9000": ("139.0013.9000", "phone"),
    "座机 024-22334455 找我": ("024-22334455", "phone"),
    "收件邮箱 a.b+c@mail.example.cn": ("a.b+c@mail.example.cn", "email"),
    "微信是 wx_hello_01": ("wx_hello_01", "wechat"),
    "qq号是987654321": ("987654321", "qq"),
    "辽C88888挡路": ("辽C88888", "plate"),
    "住5栋3单元602": ("5栋3单元602", "address"),
    "我叫王小红，住在这里": ("王小红", "name"),
    "卡号 4111111111111111": ("4111111111111111", "bank_card"),
}
KEPT = [
    "保证金46万元，2026年5月12日缴纳", "招标编号：AS-2026-0512", "开标时间09:30，第二开标室", "投诉电话：0412-2233445",
    "鞍山市公共资源交易中心",
    "中标价12345678.90元",
    "比分3-2，客场",
    "版本1.2.3.4",
    "CA锁驱动v5.0",
    "国办发〔2016〕80号",
]  # fmt: skip


@pytest.mark.parametrize("text", sorted(HIDDEN))
def test_what_points_at_a_person_is_gone_and_the_rest_stays(text: str) -> None:
    secret, kind = HIDDEN[text]
    masked = mask_personal(text)
    assert secret not in masked.text
    assert kind in masked.kinds
    before, _, after = text.partition(secret)
    assert masked.text.startswith(before)
    assert masked.text.endswith(after)
    assert mask_personal(masked.text).text == masked.text


@pytest.mark.parametrize("text", KEPT)
def test_what_the_work_needs_stays_as_written(text: str) -> None:
    masked = mask_personal(text)
    assert (masked.text, masked.changed, masked.kinds) == (text, False, ())


@pytest.mark.parametrize(
    ("ip", "open_"),
    [
        ("93.184.216.34", True),
     ("8.8.8.8", True),
     ("172.15.255.255", True),
     ("172.32.0.1", True),
     ("172.16.0.0", False),
        ("172.31.255.255", False), ("100.63.255.255", True), ("100.64.0.0", False), ("192.167.1.1", True),
        ("192.168.0.1", False),
     ("11.0.0.1", True),
     ("10.255.255.255", False),
     ("169.254.0.1", False),
     ("240.0.0.1", False),
        ("2606:4700::1", True),
     ("fc00::1", False),
     ("fe80::1", False),
     ("2002:0a00:0001::", False),
     ("::ffff:8.8.8.8", True),
    ],
)  # fmt: skip
def test_the_border_of_each_network_is_where_it_should_be(ip: str, open_: bool) -> None:
    def ask() -> addresses.Target:
        return addresses.check_url("http://example.com/", lambda host, port: [ip])

    if open_:
        assert ask().ips == (ip,)
        return
    with pytest.raises(addresses.AddressRefused, match=r"http://example\.com/"):
        ask()


@pytest.mark.parametrize(("url", "port"), [("http://a.cn/", 80), ("https://a.cn/", 443), ("https://a.cn:8443/", 8443)])
def test_the_port_is_the_schemes_unless_written(url: str, port: int) -> None:
    target = addresses.check_url(url, lambda host, given: ["93.184.216.34"])
    assert (target.host, target.port) == ("a.cn", port)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("abcd-2345", "ABCD2345"), (" AB CD 23 45 ", "ABCD2345"), ("ＡＢＣＤ２３４５", "ABCD2345"), ("a_b.c/d", "ABCD")],
)
def test_a_code_means_its_letters(typed: str, meant: str) -> None:
    assert tokens.clean_code(typed) == meant


def test_no_two_tokens_are_alike_and_none_is_its_own_hash() -> None:
    made = [tokens.new_token() for _ in range(200)]
    assert len({token for token, _ in made}) == len({digest for _, digest in made}) == 200
    assert all(token != digest and len(digest) == 64 and len(token) >= 43 for token, digest in made)
    assert not tokens.token_matches(made[0][0], made[1][1])


@pytest.mark.parametrize("document", ["投标保证金迟迟不退", "鞍山CA锁登录不上", "第2标段流标", "ＣＡ证书过期"])
def test_each_pair_of_neighbours_finds_the_document(document: str) -> None:
    held = set(tokenise(document))
    for start in range(len(document) - 1):
        pair = document[start : start + 2]
        if all("\u4e00" <= char <= "\u9fff" for char in pair):
            assert {one.token for one in wanted(plain(pair))} <= held


@pytest.mark.parametrize("query", ["退保", "锁标", "金证"])
def test_letters_that_are_no_neighbours_find_nothing(query: str) -> None:
    assert not {one.token for one in wanted(plain(query))} <= set(tokenise("投标保证金迟迟不退"))
