"""Many settings of one pipeline: each is fitted with several seeds and judged on what is held out.

What chooses never sees a test row. When all is tried, the setting with the least mean validation
loss is trained as the pipeline's own `train` does, and its test span is scored then, once.

`over` reads what is to be varied, `search` says which settings to try (grid, random, TPE),
`pipeline` is the story. Each trial is a task of `lstmkit.parallel`.
"""
