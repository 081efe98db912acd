"""One way to do exercise 18."""


def encode(notes, chord, start):
    """Describe notes by what they do."""
    tokens = []
    before = start
    for pitch, duration in notes:
        if pitch % 12 in chord:
            kind = "C"
        elif (pitch + 1) % 12 in chord or (pitch - 1) % 12 in chord:
            kind = "A"
        else:
            kind = "X"
        step = pitch - before
        tokens.append(f"{kind},{duration:.3f},{step:+d}")
        before = pitch
    return tokens


def decode(tokens, start):
    """Turn tokens back into notes."""
    notes = []
    pitch = start
    for token in tokens:
        kind, duration, step = token.split(",")
        pitch = pitch + int(step)
        notes.append([pitch, float(duration)])
    return notes
