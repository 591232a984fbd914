"""The router: draws the frame around the page and runs it."""

from holdfast.ui.frame import open_frame

open_frame().run()
