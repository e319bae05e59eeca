"""The lines of a page in the order in which people read it (C5.7: newspaper pages have columns)."""

from __future__ import annotations

from hypothesis import given, strategies as st

from huiying.listening.ocr.child import Line, page_text

H = 20.0


def line(text: str, left: float, top: float, width: float | None = None) -> Line:
    """Twenty pixels high; as wide as its letters where no width is said."""
    return Line(text, left, top, left + (len(text) * H if width is None else width), top + H)


def column(left: float, *texts: str, top: float = 0.0, width: float = 200.0) -> list[Line]:
    return [line(text, left, top + 26 * n, width) for n, text in enumerate(texts)]


def test_nothing_on_the_page_is_no_text() -> None:
    assert page_text([]) == ""
    assert page_text([line("  ", 0, 0)]) == ""


def test_a_line_that_reaches_the_edge_goes_on_in_the_next() -> None:
    """A watch term that the end of a line cuts is whole again."""
    assert page_text(column(0, "鞍山公共资源交易平台昨天登录", "不上，投标人很着急。")) == (
        "鞍山公共资源交易平台昨天登录不上，投标人很着急。"
    )


def test_a_short_line_ends_its_paragraph() -> None:
    lines = [line("第一段写满了一整行的字。", 0, 0, 240), line("到此为止。", 0, 26), line("第二段。", 0, 52)]
    assert page_text(lines) == "第一段写满了一整行的字。到此为止。\n第二段。"


def test_columns_are_read_one_after_the_other_though_their_lines_stand_level() -> None:
    left, right = column(0, "左一", "左二"), column(240, "右一", "右二")
    mixed = [left[0], right[0], left[1], right[1]]
    assert page_text(mixed) == "左一左二\n\n右一右二"


def test_a_headline_over_columns_stands_first() -> None:
    page = [*column(0, "左一", "左二", top=100), *column(240, "右一", "右二", top=100), line("通栏标题", 0, 0, 440)]
    assert page_text(page) == "通栏标题\n\n左一左二\n\n右一右二"


def test_blocks_with_room_between_them_are_two() -> None:
    assert page_text([*column(0, "上面一块"), *column(0, "下面一块", top=80)]) == "上面一块\n\n下面一块"


def test_what_stands_beside_each_other_is_one_row_from_left_to_right() -> None:
    """A slip's field and its value, without room enough for columns."""
    row = [line("12345号", 115, 3), line("工单编号：", 0, 0, 105)]
    assert page_text(row) == "工单编号： 12345号"


def test_letters_keep_a_space_where_a_line_goes_on() -> None:
    assert page_text(column(0, "the notice of", "Monday")) == "the notice of Monday"
    assert page_text(column(0, "公告 No", "三号")) == "公告 No三号"


def test_a_page_that_is_a_little_askew_is_read_all_the_same() -> None:
    tilted = [line(f"第{n}行写得满满的", 0.5 * n, 26 * n + 0.8, 200) for n in range(3)]
    assert page_text(tilted) == "第0行写得满满的第1行写得满满的第2行写得满满的"


boxes = st.builds(
    lambda text, left, top, width, height: Line(text, left, top, left + width, top + height),
    st.text("鞍山平台ab1", min_size=1, max_size=6),
    st.floats(0, 3000),
    st.floats(0, 4000),
    st.floats(1, 900),
    st.floats(1, 60),
)


@given(st.lists(boxes, max_size=40))
def test_no_line_is_lost_or_told_twice(lines: list[Line]) -> None:
    def letters(text: str) -> list[str]:
        return sorted(char for char in text if not char.isspace())

    assert letters(page_text(lines)) == letters("".join(one.text for one in lines))


@given(st.lists(boxes, max_size=20), st.randoms())
def test_the_order_in_which_lines_are_found_does_not_matter(lines: list[Line], draw) -> None:
    distinct = list({(one.left, one.top, one.right, one.bottom): one for one in lines}.values())
    tops = {one.top for one in distinct}
    lefts = {one.left for one in distinct}
    if len(tops) < len(distinct) or len(lefts) < len(distinct):
        return  # lines on one and the same spot have no order
    mixed = list(distinct)
    draw.shuffle(mixed)
    assert page_text(mixed) == page_text(distinct)
