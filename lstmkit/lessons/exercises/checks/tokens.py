"""Exercises 16 and 18: sentences to indices, and the jazz token with its inverse."""

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import Call, Exercise

CHORDS = ([0, 4, 7, 11], [2, 5, 9, 0], [7, 11, 2, 5])


def _sentence_calls(rng: np.random.Generator) -> list[Call]:
    words = ["i", "love", "you", "food", "sad", "not", "happy", "am"]
    order = rng.permutation(len(words))
    index = {words[k]: int(place) + 1 for place, k in enumerate(order)}
    sentences = [
        "I love you!",
        "food",
        "I  am not zorgled happy",
        "Am I not happy, not sad, am I?",
        "qwxyz",
        "blorp i am frumious, sad sad",
    ]
    return [Call("sentences_to_indices", (sentences, index, 5))]


def _jazz_calls(rng: np.random.Generator) -> list[Call]:
    calls = []
    for chord in CHORDS:
        pitches = 60 + np.cumsum(rng.integers(-5, 6, 8))
        notes = [[int(p), float(rng.choice([0.25, 0.5, 1.5]))] for p in pitches]
        steps = np.diff(pitches, prepend=60)
        tokens = [
            f"X,{length:.3f},{step:+d}" for (_, length), step in zip(notes, steps, strict=True)
        ]
        calls += [Call("encode", (notes, chord, 60)), Call("decode", (tokens, 60))]
    return calls


SENTENCES = Exercise(
    "16_sentences.py",
    "10-sentences.md",
    _sentence_calls,
    """
    sentence.lower() -> sentence
        The table is lower-case: `I` is not in it, `i` is.
    word.strip(".,!?") -> word
        Signs stick to the words: `you!` is not in the table. Strip .,!? from both ends.
    [word] for word in words if word in word_to_index -> .get(word, 0) for word in words
        An unknown word leaves a 0 in the middle of the sentence; 0 means padding. Leave the word
        out instead.
    for word in words if -> for word in words[:T_x] if
        Cut to T_x after the unknown words are out, not before.
    ][:T_x] -> ][-T_x:]
        A long sentence keeps its last words; keep the first T_x.
    [k, : len(known)] -> [k, T_x - len(known) :]
        The zeros stand in front; they belong behind.
    ] = known -> ] = np.array(known, int) + 1
        Every index is one too large: the table leaves 0 for padding already.
    """,
    (
        "Lower the sentence, split it, strip the signs from each word.",
        "A word that is not in word_to_index is left out; the tutorial's code ends at it.",
        "rows = np.zeros((len(sentences), T_x), int); rows[k, :len(known)] = known, cut to T_x.",
    ),
    errors={
        "KeyError": "A word is not in the table (the tutorial's code ends here too): look whether"
        " `word in word_to_index` before you ask for its index.",
        "IndexError": "A sentence is longer than T_x (the tutorial's code ends here too): keep its"
        " first T_x words.",
        "ValueError": "Does a sentence have more than T_x words? Keep the first T_x.",
    },
)
JAZZ = Exercise(
    "18_jazz_token.py",
    "11-music.md",
    _jazz_calls,
    """
    before = pitch -> before = start
    pitch = pitch + -> pitch = start +
        Each interval is counted from the start pitch; count from the note before.
    pitch - before -> before - pitch
    + int(step) -> - int(step)
        The intervals have the wrong sign: up is plus, pitch - before.
    if pitch % 12 in chord -> if pitch in chord
        Only the lowest octave is found in the chord: compare pitch % 12, the pitch class.
    kind = "A" -> kind = "X"
        No note is an approach (A): one a half step, up or down, from a tone of the chord. Mind that
        11 + 1 is 0: take % 12.
    """,
    (
        "Keep one variable, the pitch before; it begins as start and is the pitch after each note.",
        "The kind: C if pitch % 12 is in chord; else A if (pitch + 1) % 12 or (pitch - 1) % 12 is;"
        " else X.",
        "f'{kind},{duration:.3f},{step:+d}' writes the token; token.split(',') takes it apart.",
    ),
    judge="our own answer at hidden seeds, there and back",
)
