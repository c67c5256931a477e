"""A plot of the results as SVG: for each figure a bar for each server, longer is better."""

import html

from table import ALIASES, median

PANELS = (
    ("deliveries per CPU-s, plain, 50k/s offered", "deliver", "plain 50k/s", "per_cpu"),
    ("deliveries per CPU-s, TLS, 50k/s offered", "deliver", "tls 50k/s", "per_cpu"),
    ("deliveries per CPU-s, plain, 500k/s offered", "deliver", "plain 500k/s", "per_cpu"),
    ("deliveries per CPU-s, TLS, 500k/s offered", "deliver", "tls 500k/s", "per_cpu"),
    ("connections upgraded per CPU-s, plain", "connect", "plain", "per_cpu"),
    ("connections upgraded per CPU-s, TLS full", "connect", "tls", "per_cpu"),
    ("idle connections per MB, plain", "idle", "plain", "bytes"),
    ("idle connections per MB, TLS", "idle", "tls", "bytes"),
)
COLOURS = {"chatd": "#1b6ca8", "chatd-json": "#6aaed6", "floor": "#8a8a8a"}
OTHER = "#c9a227"
WIDTH, NAME, BAR, GAP, HEAD = 460, 84, 14, 5, 30


def svg(report):
    panels = [(title, values) for title, *place in PANELS if (values := _values(report, *place))]
    heights = [HEAD + len(values) * (BAR + GAP) + 12 for _, values in panels]
    rows = [max(heights[i:i + 2]) for i in range(0, len(heights), 2)]
    parts, y = [], 0
    for i, (title, values) in enumerate(panels):
        parts.append(_panel(title, values, (i % 2) * WIDTH, y))
        if i % 2 == 1:
            y += rows[i // 2]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {sum(rows)}" '
            f'font-family="sans-serif" font-size="12">\n'
            f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def _values(report, figure, case, name):
    values = {}
    for peer, measured in report["figures"].get(figure, {}).get(case, {}).items():
        value = median(measured[name])
        values[ALIASES.get(peer, peer)] = 1e6 / value if name == "bytes" else value
    return values


def _panel(title, values, x, y):
    most = max(values.values())
    lines = [f'<text x="{x + 10}" y="{y + 20}" font-weight="bold">{html.escape(title)}</text>']
    for place, (name, value) in enumerate(values.items()):
        top = y + HEAD + place * (BAR + GAP)
        width = (WIDTH - NAME - 90) * value / most
        lines.append(
            f'<text x="{x + NAME}" y="{top + 11}" text-anchor="end">{html.escape(name)}</text>'
            f'<rect x="{x + NAME + 6}" y="{top}" width="{width:.0f}" height="{BAR}" '
            f'fill="{COLOURS.get(name, OTHER)}"/>'
            f'<text x="{x + NAME + 12 + width:.0f}" y="{top + 11}">{value:,.0f}</text>')
    return "\n".join(lines)
