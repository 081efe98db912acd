"""The cells that LSTMs are made of, in NumPy: forward, backward, checked and used.

* `rnn`, `lstm`: the two cells of Andrew Ng's Sequence Models course, step by step and over a
  sequence, with backpropagation through time. Begin here.
* `output`: the softmax prediction's loss, and its way back.
* `gradcheck`: what proves the backward pass: central differences.
* `keras_weights`: the same weights in Keras's `SimpleRNN` and `LSTM`.
* `fast`: the same equations laid out for speed, forward only. `lstmkit.runtime` runs every saved
  model through it; a test holds it to `rnn` and `lstm`.
* `optimizer`: clipping and Adam. `lstmkit.letters` learns to write names with them.
* `check`, `keras_parity`: what `lstmkit cells check` shows.

One LSTM, four orders and four sets of names. A matrix that is read in the wrong order runs, and
gives nonsense. The orders in which the gates stand side by side in one matrix:

    where                                        order         matrices
    the course, and `lstm` here                  f i c o       apart: Wf, Wi, Wc, Wo
    Keras `LSTM` (`keras_weights`)               i f c o       one kernel, gates in columns
    TensorFlow BlockLSTM, in lstmkit.training    i c f o       one kernel, gates in columns
    `fast` here                                  i f o c       one matrix, gates in rows

The names of the same things:

    what                        the course      Keras, `gates`      BlockLSTM
    forget gate                 ft, Gamma_f     f                   f
    update gate, input gate     it, Gamma_u     i                   i
    candidate                   cct, c tilde    g                   ci
    output gate                 ot, Gamma_o     o                   o
    cell state                  c               c                   cs
    hidden state                a               a (Keras: h)        h

Where we differ from the tutorial, and what that does to the numbers:

1. `lstm_backward` carries `da_prev` and `dc_prev` from step to step. The tutorial's does not,
   and its gradients are off by tens of per cent; `lstmkit cells check --tutorial` shows it.
2. Hidden and cell states are two arrays. The tutorial's `a` and `c` are one.
3. `lstm_backward` also returns `dc0`, and `lstm_forward` takes `c0`.
4. `sigmoid` and `softmax` do not overflow.
"""
