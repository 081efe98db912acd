"""Exercise 16: sentences to indices, with words nobody knows.

A network reads numbers. A table gives each word it knows an index from 1 on; 0 means "nothing
here", and fills short sentences up:

    "I love you!"   ->   [4, 7, 2, 0, 0]

People write capitals, commas, two spaces, and words that are not in the table. So: lower-case,
split at any run of spaces, strip the signs . , ! ? from both ends of each word, and leave out the
words that are not known. A sentence that is still longer than T_x keeps its first T_x words. (The
tutorial's code ends with a KeyError at `great!`.)

Fill in every `...`, then run `lstmkit exercise check 16`.
"""

import numpy as np


def sentences_to_indices(sentences, word_to_index, T_x):
    """Turn sentences into rows of indices.

    sentences: a list of texts. word_to_index: a dictionary, lower-case words to indices from 1 on.
    Returns: (len(sentences), T_x), whole numbers.
    """
    rows = np.zeros((len(sentences), T_x), int)
    for k, sentence in enumerate(sentences):
        words = ...  # a list of lower-case words without signs
        known = ...  # the indices of those that are in the table, at most T_x
        rows[k, : len(known)] = known
    return rows
