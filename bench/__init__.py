"""The benchmark: the demo company at any scale, what a build of it costs, and how others answer the same questions."""
