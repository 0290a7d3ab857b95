"""Public data sets turned into raw roots, and the figures they must give, worked out apart from the warehouse."""
