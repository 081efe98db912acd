"""How good forecasts and intervals are, beside the baselines on the same rows."""
