"""When each note of a MIDI track begins and ends, also where the file does not end it."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from lstmkit.music.files.midi.events import Event


def begins_note(event: Event) -> bool:
    """Tell whether a note begins with an event; with a velocity of 0 it ends."""
    return event.status >> 4 == 0x9 and event.data[1] > 0


class Spans:
    """When each note of a track begins and ends.

    Attributes:
        found: Channel, pitch, velocity, first and last tick of each note, by their beginning.
        hanging: Number of notes that the file does not end.
    """

    def __init__(self, track: Sequence[Event], longest_last: int) -> None:
        """Read a track; the last note of all, if it is never ended, is held for some ticks."""
        balance: Counter[tuple[int, int]] = Counter()
        for event in track:
            if event.status >> 4 in (0x8, 0x9):
                balance[event.status & 15, event.data[0]] += 1 if begins_note(event) else -1
        self.found: list[tuple[int, int, int, int, int]] = []
        self._open: dict[tuple[int, int], deque[int]] = defaultdict(deque)
        never: set[int] = set()
        last = 0
        for event in track:
            if event.status >> 4 not in (0x8, 0x9):
                continue
            key = (event.status & 15, event.data[0])
            last = event.ticks
            if begins_note(event):
                if balance[key] > 0 and self._open[key]:  # one of them is never ended
                    balance[key] -= 1
                    never.add(self._open[key].popleft())
                self._open[key].append(len(self.found))
                self.found.append((*key, event.data[1], event.ticks, event.ticks))
            elif self._open[key]:
                self._end(key, event.ticks)
        end = max((event.ticks for event in track), default=0)
        never |= {index for waiting in self._open.values() for index in waiting}
        self.hanging = len(never)
        self._end_the_rest(never, min(last + longest_last, end))

    def _end(self, key: tuple[int, int], ticks: int) -> None:
        index = self._open[key].popleft()
        self.found[index] = (*self.found[index][:4], ticks)

    def _end_the_rest(self, never: set[int], last: int) -> None:
        """End what the file does not, where the next note of its channel begins."""
        later: dict[int, tuple[int, int]] = {}  # of each channel: the next onset, the one after it
        for index in range(len(self.found) - 1, -1, -1):
            channel, _, _, began, _ = self.found[index]
            onset, after = later.get(channel, (last, last))
            if began < onset or channel not in later:
                later[channel] = onset, after = began, onset
            if index in never:
                self.found[index] = (*self.found[index][:4], max(after, began))
