"""One step of a cell in numbers: forward, and back through the same step.

`network` runs a chain of LSTMs with an answer on top, forward and backward, on `lstmkit.cells`;
`sources` says what is run: a saved model on an input of its own, a text, or a cell small enough to
redo by hand; `step` takes one layer apart, step by step; `lines` puts the equations beside the
numbers; `page` makes a page with a slider of it.
"""
