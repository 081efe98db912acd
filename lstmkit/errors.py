"""The errors that end a command, each with the exit code of the command-line contract.

An error message is one block of text that says where, what is wrong, what was expected, what was
found, and what to do about it. Nothing else in the package prints an error or chooses an exit code.
"""


class LstmkitError(Exception):
    """End the command with one clear message.

    Args:
        message: All that is known, as the terminal shows it.
        where: The file, line, key or option that it is about; None: the message begins with it.
        hint: What to do about it; None: the message says it after a semicolon, if at all.

    Attributes:
        exit_code: What the process returns: 1, failed while running.
    """

    exit_code = 1

    def __init__(
        self, message: str = "", *, where: str | None = None, hint: str | None = None
    ) -> None:
        """Keep what scripts are told."""
        super().__init__(message)
        self.where, self.hint = where, hint


class InputError(LstmkitError):
    """Something the user gave cannot be used: an option, a config, a CSV, a MIDI file, a text."""

    exit_code = 2


class ConfigError(InputError):
    """A config value is unknown, of the wrong type, out of range, or in conflict with another."""


class RunError(LstmkitError):
    """The work failed while running: a disk is full, a file vanished, training diverged."""


class InterruptedRunError(LstmkitError):
    """The user stopped the work; the message names the command that resumes it."""

    exit_code = 130
