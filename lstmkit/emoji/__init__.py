"""From a sentence to an emoji, with reasons.

The task is that of "Emojify" (Andrew Ng, Sequence Models, Coursera, week 2): a sentence in, one of
five emojis out: 0 love, 1 play, 2 joy, 3 sadness, 4 food; or any two to a hundred of your own. The
reference is Emojifier-v2: GloVe vectors, LSTM(128) twice with dropout 0.5, softmax.

The files mean what they mean in every pipeline; beside them `lexicon` and `text` turn what was
typed into words that have a vector, `embeddings` and `packing` hold these vectors,
`classifier` is a trained model with all it needs to answer, in NumPy alone, `answers` and
`batch` put its answers on the terminal, into JSON and into CSV, `metrics` and `baselines` say
what they are worth.

Where we differ from the course and the tutorial, and what it does to the numbers (accuracy on the
tutorial's 56 test sentences, mean of five seeds; see the README for intervals):

1. One softmax. Applied twice, the loss cannot fall below 0.9048, nor confidence rise above 0.405.
2. A word without a vector is masked, counted and shown; punctuation, contractions, slips, emoji
   and slang are read (`text`). The tutorial's code ends with a KeyError at `great!`.
3. Padding is masked, and a text longer than the window is read in parts and averaged.
4. 5,610 sentences of our own instead of the tutorial's 132 (5 of whose test sentences are in its
   training file). This is what most of the gain comes from: averaged vectors gain as much.
5. Training moves the vectors of the words it meets; all others stay. Measured in development on
   680 held-out sentences: 0.925 instead of 0.909 with frozen ones.
6. Targets are smoothed by 0.1, a tenth of the dimensions is hidden in each training sentence, and
   the learning rate falls along a cosine. Without smoothing the validation loss is lowest after
   five epochs, before the network has learnt that "not bad at all" is praise.
7. Bidirectional LSTMs and averaging over all words were measured and gave nothing on top (within
   0.5 points on the same sentences); hiding whole words costs negation: off by default.
8. Probabilities are calibrated on the validation sentences (temperature scaling).
"""
