"""Exports of other tools: a file becomes a source."""
