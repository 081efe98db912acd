"""Any table of text that people have, as columns of text with line numbers.

    table = tables.read(path, words=("date", "close"))
    table.names, table.sample            what its columns are called, and some rows of text
    frame = table.columns([0, 4])        two columns, empty cells are "", indexed by line number
    table.layout, table.repairs          what was recognised, and what was mended, with counts

Read are: a file, or a pipe, once; packed by gzip, bzip2, xz or zip with one member; UTF-8, UTF-16
or what charset-normalizer guesses; separated by comma, semicolon, tab, bar or blanks; with a header
of one row or several, one cell short, repeated in the middle, or none; with lines above, comments
between and a footer below; JSON lines or a JSON list; .xlsx and .parquet through pandas. Nothing is
known here of what the columns mean.
"""

from lstmkit.tables.table import Table, read

__all__ = ["Table", "read"]
