"""How fast a cost grows."""

import math


def exponent(points):
    """k of the cost = c * N^k that fits [(N, cost), …] best, by least squares of the logarithms."""
    logs = [(math.log(n), math.log(cost)) for n, cost in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return (sum((x - mean_x) * (y - mean_y) for x, y in logs)
            / sum((x - mean_x) ** 2 for x, _ in logs))
