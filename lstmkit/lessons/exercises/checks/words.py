"""Exercise 16: sentences to indices, with words nobody knows."""

from typing import Any

import numpy as np

from lstmkit.lessons.exercises.checks.exercise import NONE, Call, Exercise, Faults

SIGNS = ".,!?"


def sentences_to_indices(
    sentences: list[str], word_to_index: dict[str, int], T_x: int, *, faults: Faults = NONE
) -> Any:
    """Turn sentences into rows of indices, with faults."""
    rows = np.zeros((len(sentences), T_x), int)
    for k, sentence in enumerate(sentences):
        text = sentence if "capitals" in faults else sentence.lower()
        words = text.split()
        words = words if "signs" in faults else [word.strip(SIGNS) for word in words]
        keep = words if "unknown is 0" in faults else [w for w in words if w in word_to_index]
        if "cut before" in faults:
            keep = [word for word in words[:T_x] if word in word_to_index]
        cut = keep[-T_x:] if "cut in front" in faults else keep[:T_x]
        numbers = [word_to_index.get(word, 0) for word in cut]
        if "from the right" in faults:
            rows[k, T_x - len(numbers) :] = numbers
        else:
            rows[k, : len(numbers)] = numbers
        if "one more" in faults:
            rows[k, : len(numbers)] += 1
    return rows


def _calls(rng: np.random.Generator) -> list[Call]:
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
    return [Call("sentences_to_indices", (sentences, index, 5), sentences_to_indices)]


EXERCISE = Exercise(
    16,
    "sentences",
    "sentences to indices",
    "10-sentences.md",
    _calls,
    {
        "capitals": "The table is lower-case: `I` is not in it, `i` is.",
        "signs": "Signs stick to the words: `you!` is not in the table. Strip .,!? from both ends.",
        "unknown is 0": "An unknown word leaves a 0 in the middle of the sentence; 0 means padding."
        " Leave the word out instead.",
        "cut before": "Cut to T_x after the unknown words are out, not before.",
        "cut in front": "A long sentence keeps its last words; keep the first T_x.",
        "from the right": "The zeros stand in front; they belong behind.",
        "one more": "Every index is one too large: the table leaves 0 for padding already.",
    },
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
