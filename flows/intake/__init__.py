"""Files of other programs in their own words: recognised, turned into rows of the contract, and loaded (`kpi import`)."""
