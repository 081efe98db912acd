"""Learn it here: exercises that check themselves, a step in numbers, and the RNN problem.

* `exercises`: functions with holes, in the order of the tutorial, each with its judge.
* `trace`: every product, gate and gradient of one step of a cell, of the reader's own model too.
* `memory`: what a plain RNN forgets and an LSTM keeps, measured.
"""
