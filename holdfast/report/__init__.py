"""Answers as documents: lines of text and plain values. Nothing is computed here."""
