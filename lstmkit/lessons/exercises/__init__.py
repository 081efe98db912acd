"""Exercises in the order of the tutorial, each a Python file with holes and a judge.

`tasks/NN_name.txt` is what the reader fills in, with one way to do it between `<<` and `>>`, where
the reader finds holes. `checks` knows the calls, and the known mistakes as pieces of the solution
that people write otherwise; `reader` runs the reader's functions in a process of its own, `judge`
compares, `folder` keeps progress.
"""
