"""Sections of the case page, part by part: `section(case, user)` gives what its template needs."""
