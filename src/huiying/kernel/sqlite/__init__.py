"""Django's SQLite with turns: who waits longest to write, writes next."""
