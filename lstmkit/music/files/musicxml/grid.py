"""How finely the times of a file part a quarter: exactly, as far as that can be reckoned with."""

from fractions import Fraction
from math import lcm

FINEST = 1 << 31  # parts of a quarter; what a program writes needs some thousands


class Grid:
    """The parts of a quarter in which all times of a file so far are whole.

    A sum of times that have no parts in common needs as many as the product of theirs: a file that
    parts each note in another way would take minutes to add up.
    """

    def __init__(self) -> None:
        """Begin with whole quarters."""
        self._parts = 1

    def place(self, time: Fraction) -> Fraction:
        """Return a time as it is; the nearest on the grid where it would make that too fine."""
        parts = lcm(self._parts, time.denominator)
        if parts > FINEST:
            return Fraction(round(time * self._parts), self._parts)
        self._parts = parts
        return time
