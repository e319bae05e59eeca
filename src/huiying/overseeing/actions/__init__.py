"""Verbs of training, skills and the house's own rules （九）."""
