"""Comments in any script: their words, their languages, and what recurs in them."""
