"""Checks between the blocks about the public answer （八）（九）（十一）."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from huiying.regulation.builtin import CHECKS, PUBLIC_ACTS

if TYPE_CHECKING:
    from huiying.regulation.rules import Rules

ACCOUNT = re.compile(r"[a-z][a-z0-9_]{1,19}")


class Answers:
    """Part of ``Rules``: a file of its own, since that one is long."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.content = rules, rules.content

    def check(self) -> None:
        self._accounts()
        self._stages()
        self._checks()
        self._effect()
        self._statutory()

    def _accounts(self) -> None:
        """An account counts for a family of linked channels (C8.9); its code is part of manifests and addresses."""
        known = self.content.response.linked_channels.set
        for code, account in self.content.release_platforms.accounts.items():
            path = f"release_platforms.accounts.{code}"
            if not ACCOUNT.fullmatch(code):
                self.rules.say(
                    path,
                    f"平台代码“{code}”须是小写字母开头，2 到 20 个小写字母、数字或下划线",
                    "如 wechat",
                    f'The account code "{code}" must be 2–20 lower-case letters, digits or underscores.',
                )
            if account.family not in known:
                self.rules.say(
                    f"{path}.family",
                    f"“{account.family}”不在联动渠道里，应当是：{'、'.join(known)}",
                    "改成其中之一，或加进 response.linked_channels.set",
                    f'"{account.family}" is no linked channel; expected one of {", ".join(known)}.',
                )

    def _stages(self) -> None:
        for code, stage in self.content.response.stages.items():
            for act in stage.acts:
                if act not in PUBLIC_ACTS:
                    self.rules.say(
                        f"response.stages.{code}.acts",
                        f"“{act}”不是公开动作，应当是：{'、'.join(PUBLIC_ACTS)}",
                        "只写公开动作",
                        f'"{act}" is no public act.',
                    )
        holding = self.content.response.stages.get("holding")
        if holding is not None and "respond" in holding.acts:
            self.rules.say(
                "response.stages.holding.acts",
                "“正在核实”不算回应，不能停止回应的时钟",
                "删去 respond",
                "A holding statement is no response; delete respond.",
            )

    def _checks(self) -> None:
        """保密审查 and 个人信息审查 can be given to somebody, never left out (INV-4)."""
        checks = self.content.workflow.review_steps.checks
        for check in CHECKS:
            if checks and check not in checks:
                self.rules.say(
                    "workflow.review_steps.checks",
                    f"缺少审查“{check}”，两项审查都不能省",
                    f"写 {check}: 岗位",
                    f'The check "{check}" is missing; neither can be left out.',
                )

    def _effect(self) -> None:
        effect = self.content.response.effect
        for duration in effect.after if effect else ():
            if duration.months or duration.working:
                self.rules.say(
                    "response.effect.after",
                    f"时长 {duration.text} 不是自然小时或天",
                    "写 PT24H 或 P3D",
                    f"{duration.text} is not natural time; write PT24H or P3D.",
                )

    def _statutory(self) -> None:
        """A statutory limit in working days can not be counted without the days on which the bureau works (C3.1)."""
        for code, channel in self.content.response.statutory_channels.items():
            if channel.answer_within.working and self.content.calendar is None:
                self.rules.say(
                    f"response.statutory_channels.{code}.answer_within",
                    f"用了工作日 {channel.answer_within.text}，却没有工作日历 calendar",
                    "加上 calendar 块（weekdays、working_hours、holidays、makeup_days）",
                    f"{channel.answer_within.text} is working time, but there is no calendar block; add one.",
                )
