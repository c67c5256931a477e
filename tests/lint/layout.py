"""Every C++ file is laid out as `make format` would: .clang-format decides, nobody discusses."""

import re
import subprocess

import tree


def findings(project):
    files = project.files(".h", ".cc", under="src") + project.files(".h", ".cc", under="tests")
    if not files:
        return
    result = subprocess.run(
        ["clang-format", "--dry-run", *map(str, files)], cwd=project.root, text=True, capture_output=True
    )
    places = re.findall(r"^(\S+?):(\d+):\d+: warning: code should be clang-formatted", result.stderr,
                        re.MULTILINE)
    first = {}
    for path, number in places:
        first.setdefault(path, number)
    for path, number in first.items():
        yield f"{path}:{number}: not laid out: run `make format`"


if __name__ == "__main__":
    tree.main(findings)
