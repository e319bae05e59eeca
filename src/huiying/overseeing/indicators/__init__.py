"""Every indicator, by subject; `table` names them, `figures` gathers those of a period."""
