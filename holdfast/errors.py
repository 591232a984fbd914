"""One family of errors: a code, a sentence for the user, and the remedy."""


class HoldfastError(Exception):
    """Something a user can understand and act on.

    Args:
        code: Stable identifier in snake_case, for tests and for looking up.
        sentence: What happened, naming the file, row or setting concerned.
        remedy: What to do about it.
    """

    def __init__(self, code: str, sentence: str, remedy: str) -> None:
        """Keep the three parts; the message is the sentence and the remedy."""
        super().__init__(f"{sentence} {remedy}")
        self.code = code
        self.sentence = sentence
        self.remedy = remedy


class ImportRefusedError(HoldfastError):
    """A file could not be loaded; nothing was changed."""


class WorkspaceError(HoldfastError):
    """A workspace cannot be opened, locked or written."""


class SpecError(HoldfastError):
    """A question or a filter was asked with something it does not know."""


class DatasetError(HoldfastError):
    """A dataset is missing, damaged or of another version."""


class CancelledError(HoldfastError):
    """The work was stopped because the user asked or a newer question came."""

    def __init__(self) -> None:
        """Carry the one sentence that fits every cancelled piece of work."""
        super().__init__("cancelled", "The work was stopped.", "Nothing was changed.")
