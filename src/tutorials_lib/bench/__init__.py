"""What the benchmarks share: how to measure, what a result is, how to compare two, and how to show them.

`results`, `definition`, `compare` and `report` never import torch: a page that shows results times nothing.
"""
