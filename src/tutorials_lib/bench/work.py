"""How much work an operation is, counted by hand: floating-point operations and bytes that must move."""

from __future__ import annotations


def product_flop(rows: int, inner: int, columns: int) -> int:
    """Operations of (rows × inner)·(inner × columns): a multiplication and an addition for each term.

    >>> product_flop(2, 3, 4)  # 8 entries, each the sum of 3 products
    48
    """
    return 2 * rows * inner * columns


def product_bytes(rows: int, inner: int, columns: int, item_bytes: int) -> int:
    """Bytes of both factors and of the product, each moved once: the least that any algorithm moves.

    >>> product_bytes(2, 3, 4, item_bytes=4)  # 6 + 12 + 8 numbers
    104
    """
    return item_bytes * (rows * inner + inner * columns + rows * columns)
