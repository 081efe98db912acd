"""Any table of prices into dates and numbers: its table, its dates, its numbers, its column."""
