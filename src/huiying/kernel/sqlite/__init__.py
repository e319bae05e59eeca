"""Django's SQLite with turns: whoever waits to write comes before whoever has just written."""
