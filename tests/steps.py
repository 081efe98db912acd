"""Work without a clock: how many steps of Python a call takes, the same on any machine."""

import sys


def steps_of(call):
    """Return how many lines are run and functions entered, in this thread, while a call lasts.

    A line that is gone through again, as in a comprehension, counts again; what C does at one go
    (a sort, an array) is one step, so this sees what grows in Python and not what grows there.
    """
    count = 0

    def counted(frame, event, _):
        nonlocal count
        count += event in ("line", "call")
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
