"""Ways to multiply and to add up, equal but for rounding; each is mixed into a right network."""

import numpy as np


def wider(array):
    """The array in the next wider dtype."""
    return array.astype(np.float64 if array.dtype == np.float32 else np.longdouble)


def tree_sum(terms):
    """The sum of a list, halves first."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return tree_sum(terms[:middle]) + tree_sum(terms[middle:])


class Blas:
    """As the base does: whatever order NumPy's BLAS adds in."""


class ReversedK:
    def product(self, rows, matrix):
        return rows[..., ::-1] @ matrix[::-1]

    def total(self, rows):
        return rows[::-1].sum(axis=0)


class SplitK:
    def product(self, rows, matrix):
        half = len(matrix) // 2
        return rows[..., :half] @ matrix[:half] + rows[..., half:] @ matrix[half:]

    def total(self, rows):
        return rows[::2].sum(axis=0) + rows[1::2].sum(axis=0)


class SequentialK:
    def product(self, rows, matrix):
        total = rows[..., :1] * matrix[0]
        for k in range(1, len(matrix)):
            total = total + rows[..., k : k + 1] * matrix[k]
        return total

    def total(self, rows):
        total = rows[0]
        for row in rows[1:]:
            total = total + row
        return total


class Pairwise:
    def product(self, rows, matrix):
        return tree_sum([rows[..., k : k + 1] * matrix[k] for k in range(len(matrix))])

    def total(self, rows):
        return tree_sum(list(rows))


class Wide:
    """Multiplies and adds in the next wider dtype and casts back."""

    def product(self, rows, matrix):
        return (wider(rows) @ wider(matrix)).astype(rows.dtype)

    def total(self, rows):
        return wider(rows).sum(axis=0).astype(rows.dtype)


class Einsum:
    def product(self, rows, matrix):
        return np.einsum("...k,km->...m", rows, matrix)

    def total(self, rows):
        return np.einsum("nh->h", rows)


class OneByOne:
    """One sample after another, as a loop over the batch does."""

    def product(self, rows, matrix):
        return np.stack([row @ matrix for row in rows])


class ColumnMajor:
    """Features down, samples across."""

    def product(self, rows, matrix):
        return np.moveaxis(np.ascontiguousarray(matrix.T) @ np.moveaxis(rows, -1, -2), -1, -2)

    def total(self, rows):
        return np.ascontiguousarray(rows.T).sum(axis=1)


PRODUCTS = (Blas, ReversedK, SplitK, SequentialK, Pairwise, Wide, Einsum, OneByOne, ColumnMajor)
