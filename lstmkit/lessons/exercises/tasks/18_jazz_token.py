"""Exercise 18: the jazz token and its inverse.

What a soloist learns is not "play 67" but "a chord tone, half a beat long, two steps up": that
works over any chord and in any key. A token says what a note does:

    C,0.500,+2          kind, length in beats (three decimals), interval from the note before

Kinds, seen against the chord of the moment, a list of pitch classes (pitch % 12, C is 0):

    C   a tone of the chord
    A   an approach: a half step above or below a tone of the chord
    X   anything else

Pitches are MIDI numbers, 60 is middle C; an interval is in half steps, with its sign. Since the
interval is kept, the token can be turned back into the very note: that is the inverse, and without
it a network's tokens could not be played.

Fill in every `...`, then run `lstmkit exercise check 18`.
"""


def encode(notes, chord, start):
    """Describe notes by what they do.

    notes: a list of [pitch, duration]. chord: a list of pitch classes, 0 to 11.
    start: the pitch before the first note. Returns: a list of texts.
    """
    tokens = []
    before = start
    for pitch, duration in notes:
        kind = ...  # "C", "A" or "X"; mind that the half step above 11 is 0
        step = ...
        tokens.append(f"{kind},{duration:.3f},{step:+d}")
        before = ...
    return tokens


def decode(tokens, start):
    """Turn tokens back into notes.

    tokens: what encode returned. start: the pitch before the first note.
    Returns: a list of [pitch, duration].
    """
    notes = []
    pitch = start
    for token in tokens:
        kind, duration, step = token.split(",")
        pitch = ...
        notes.append([pitch, float(duration)])
    return notes
