"""The demo company: a simulated firm whose right figures are known, and its raw files."""
