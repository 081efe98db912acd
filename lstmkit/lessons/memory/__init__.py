"""The RNN problem, measured: what a plain cell forgets, and an LSTM keeps.

In theory a recurrent network carries information over any distance; in practice a plain one does
not learn to, since its gradient shrinks, or grows, by a factor at every step back (Hochreiter 1991,
"Untersuchungen zu dynamischen neuronalen Netzen"; Bengio, Simard and Frasconi 1994, "Learning
long-term dependencies with gradient descent is difficult"). `task` sets the task, `network` has
both cells behind one face, `measure` trains and measures, `result` puts it into words and `report`
into pictures and files.
"""
