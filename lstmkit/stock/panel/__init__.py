"""Many series, one network: read together, learned from together, each scored by itself.

The network sees every series in units of its own recent volatility, so that one set of weights
reads them all; scale, trust and interval are fitted to each series alone
(`lstmkit.stock.fitting.calibration`), as they are to the only one of a single file. A series that
the network never saw gets them from its own rows.
"""
