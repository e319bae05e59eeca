"""One small directory a channel, registered in one place (`registry.py`), each with its own tests (habit 13)."""
