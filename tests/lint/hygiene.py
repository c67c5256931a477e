"""The text of the project holds nothing of one machine: no local path, no host of a registry, no
tabs or blanks at line ends, no note to self, no secret."""

import re

import tree

BINARY = (".png", ".jpg", ".gif", ".webp", ".ico", ".gz", ".br", ".woff2", ".pdf", ".bin", ".zip")
# Recorded or crafted bytes, kept as they are.
VERBATIM = ("tests/fixtures/", "tests/fuzz/corpus/", "tests/golden/")

RULES = [
    (re.compile(r"(?<![\w.$)}])/(?:work|root|home)/\w"), "a path of one machine"),
    (re.compile(r"registry\.npm[j]s|deb\.debian[.]org|security\.debian[.]org|nodesource[.]com"),
     "the host of a registry: name packages, not hosts"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b"), "a note to self: do it, or file it"),
    (re.compile(r"[ \t]+$"), "blanks at the end of the line"),
]


def findings(project):
    for path in project.files():
        if path.suffix in BINARY or str(path).startswith(VERBATIM):
            continue
        text = project.text(path)
        for number, line in enumerate(text.splitlines(), 1):
            for rule, what in RULES:
                if rule.search(line):
                    yield f"{path}:{number}: {what}"
            if "\t" in line and path.suffix in (".h", ".cc", ".def", ".py", ".js", ".mjs", ".css", ".html"):
                yield f"{path}:{number}: a tab"
        if text and not text.endswith("\n"):
            yield f"{path}:{len(text.splitlines())}: no newline at the end"


if __name__ == "__main__":
    tree.main(findings)
