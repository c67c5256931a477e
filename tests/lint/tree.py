"""What every lint shares: the files of the project, and how findings are printed.

A lint is a module with `findings(tree)`, which yields a line `path:line: text` for each breach of
its rule. Alone, `python3 tests/lint/NAME.py` prints them and exits 1 when there are any.
"""

import os
import sys
from pathlib import Path

# Made by builds, runs and package managers: not the project's own text.
SKIPPED = {".git", "build", "dist", "node_modules", "var", "ssl", "upload", "__pycache__", ".pytest_cache"}


PROJECT = Path(__file__).resolve().parents[2]


class Tree:
    def __init__(self, root):
        self.root = Path(root)

    def files(self, *suffixes, under=""):
        """Paths relative to the root, sorted; of all kinds when no suffix is given."""
        found = []
        for folder, folders, names in os.walk(self.root / under):
            folders[:] = [name for name in folders if name not in SKIPPED]
            for name in names:
                if not suffixes or name.endswith(suffixes):
                    found.append((Path(folder) / name).relative_to(self.root))
        return sorted(found)

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def lines(self, path):
        """Pairs of line number and line."""
        return enumerate(self.text(path).splitlines(), 1)


def main(findings):
    """Runs one lint over the project, from its command line."""
    breaches = list(findings(Tree(PROJECT)))
    print("\n".join(breaches) or "clean")
    sys.exit(1 if breaches else 0)
