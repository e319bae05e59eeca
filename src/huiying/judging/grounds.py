"""The only grounds on which a warned event may go without an answer (C1.1): a list, never free text alone."""

from __future__ import annotations

from typing import Final

GROUNDS: Final = {
    "elsewhere": "不属于本局职责，已告知应找的单位",
    "answered": "同一件事已经公开回应过",
    "statutory": "已进入异议、质疑、投诉等法定程序，依法在程序内答复",
    "not_a_matter": "没有可核实的事情，只是情绪或闲谈",
    "misread": "机器误判，与公共资源交易无关",
    "withdrawn": "发布者自行更正，影响已消除",
}
