"""Drills （九）: a recorded storm comes again, in a home and on a clock of its own, and is reviewed at the end."""
