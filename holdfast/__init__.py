"""Holdfast: who stays, who leaves and why, from the exports you already have."""

__version__ = "0.1.0"
