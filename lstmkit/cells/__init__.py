"""The cells that LSTMs are made of, in NumPy: forward, backward, checked and used.

* `rnn`, `lstm`: the two cells of Andrew Ng's Sequence Models course, step by step and over a
  sequence, with backpropagation through time. Begin here.
* `output`: the softmax prediction's loss, and its way back.
* `gradcheck`: what proves the backward pass: central differences.
* `keras_weights`: the same weights in Keras's `SimpleRNN` and `LSTM`.
* `recurrence`: the same equations laid out for speed, forward only. `lstmkit.runtime` runs
  every saved model through it; a test holds it to `rnn` and `lstm`.
* `optimizer`, `text`, `language_model`: Adam and clipping, and a network that learns to write
  names with them.

Where we differ from the tutorial, and what that does to the numbers:

1. `lstm_backward` carries `da_prev` and `dc_prev` from step to step. The tutorial's does not,
   and its gradients are off by tens of per cent; `lstmkit cells check --tutorial` shows it.
2. Hidden and cell states are two arrays. The tutorial's `a` and `c` are one.
3. `lstm_backward` also returns `dc0`, and `lstm_forward` takes `c0`.
4. `sigmoid` and `softmax` do not overflow.
"""
