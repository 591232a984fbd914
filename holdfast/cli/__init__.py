"""The command line: load files, ask questions, see what is there, undo.

It asks the same questions as the pages and prints the same figures.
"""

from holdfast.cli.running import main

__all__ = ["main"]
