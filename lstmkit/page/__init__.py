"""The report page: one self-contained `report.html` in a run folder and a model card.

The page is made from the files of the run alone, so it can be made again at any time. What a
pipeline shows stands in its own `page.py`: `blocks(run)` returns the charts, tables and players
in the order of the page. Charts are Bokeh's, the page is a Jinja2 template that escapes whatever
came from a file, and the browser is told to refuse the network.
"""
