"""The commands that the project's pages name as proof are there: their files, tests and targets."""

import re

import tree

QUOTED = re.compile(r"`([^`]+)`")
FILE = re.compile(r"\b(?:tests/)?integration/(test_\w+\.py)")
WORDS = re.compile(r"-k (?:\"([^\"]+)\"|(\w+))")
SUITE = re.compile(r"--gtest_filter='(\w+)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]+)")
UNIT_TEST = re.compile(r"`…?([A-Z]\w+?)(?:…|Test)?`")


def unknown_words(project, file, words):
    """Those by which -k selects no test of the file: parts of their names, or ids of their cases."""
    text = project.text(file)
    tests = re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE)
    for word in re.split(r"[\s()]+|\b(?:or|and|not)\b", words):
        if word and not any(word in test for test in tests) and f'"{word}"' not in text:
            yield word


def unknown_tests(project, command):
    file = FILE.search(command)
    words = WORDS.search(command)
    if words and not file and "NAME" not in command:
        yield f"-k {words[1] or words[2]} in no file"
    if not file:
        return
    path = f"tests/integration/{file[1]}"
    if not (project.root / path).exists():
        yield f"{path} is not there"
    elif words:
        for word in unknown_words(project, path, words[1] or words[2]):
            yield f"no test of {path} is called {word}"


def findings(project):
    unit = "".join(project.text(path) for path in project.files(".cc", under="tests/unit"))
    rules = "".join(project.text(path) for path in project.files(".mk", "Makefile"))
    targets = set(re.findall(r"^([a-z-]+):", rules, re.MULTILINE))
    for page in project.files(".md", under="docs"):
        for number, line in project.lines(page):
            found = []
            for command in QUOTED.findall(line):
                found += unknown_tests(project, command)
                found += [f"there is no make {target}" for target in TARGET.findall(command)
                          if target not in targets and not target.startswith("unit-")]
            names = SUITE.findall(line)
            names += UNIT_TEST.findall(line) if "make unit-" in line else []
            found += [f"no unit test is called {name}" for name in names if name not in unit]
            for what in found:
                yield f"{page}:{number}: {what}"


if __name__ == "__main__":
    tree.main(findings)
