"""Attempts at the steps of a funnel: by which rules, how far, by whom."""
