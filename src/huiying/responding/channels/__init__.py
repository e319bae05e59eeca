"""One module a channel, registered in `registry.py`; those that need no other host share `in_house` (habit 13)."""
