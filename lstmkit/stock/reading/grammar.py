"""How the numbers of each column of one table are written, decided once, from the sample."""

import pandas as pd

from lstmkit.stock.reading import dates, numbers
from lstmkit.stock.reading.locate import Where
from lstmkit.tables import Table


class Grammar:
    """How the numbers of each column are written, decided once for each from the sample.

    Attributes:
        numeric: The columns that hold numbers.
        notes: What was decided where a file does not tell plainly.
    """

    def __init__(self, table: Table, when: Where, given: numbers.Decimal | None) -> None:
        """Look at a table whose date columns are known; `given` is what the user says."""
        self._table, self._given = table, given
        others = [i for i in table.sample if i not in when.all]
        self.numeric = [i for i in others if numbers.is_number(table.sample[i])]
        self._form = (dates.forms_of(table.sample[when.columns[0]]) or [""])[0]
        self._decided: dict[int, numbers.Decimal] = {}
        self.notes: list[str] = []

    def decimal(self, index: int) -> numbers.Decimal:
        """Return what stands before the decimals of a column."""
        if self._given is not None:
            return self._given
        if index not in self._decided:
            sample = self._table.sample
            self._decided[index], note = numbers.decimal_of(
                sample[index],
                [sample[i] for i in self.numeric if i != index],
                date_form=self._form,
                delimiter=self._table.delimiter,
                where=f"{self._table.path}, column {self._table.names[index]!r}",
            )
            self.notes += [note] if note else []
        return self._decided[index]

    def values(self) -> dict[int, pd.Series]:
        """Return the number columns of the sample as float64; what is no number is NaN."""
        return {index: self._lenient(index) for index in self.numeric}

    def _lenient(self, index: int) -> pd.Series:
        cells = self._table.sample[index]
        decimal = self._given or numbers.guess(cells)
        return numbers.lenient(cells, decimal)
