"""Judging (C5.14, C6): the machine screens, groups and suggests; people decide, and every decision has a name."""
