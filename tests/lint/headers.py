"""Every header compiles alone, includes itself once, and says what it is for.

A header that has a source of its name is the first thing this source includes, so that compiling
the source proves it; the others are compiled here.
"""

import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
FLAGS = shlex.split(
    "-std=c++20 -Isrc -DMSGPACK_NO_BOOST -DSPDLOG_FMT_EXTERNAL -DSPDLOG_COMPILED_LIB "
    "-Wall -Wextra -Werror -fsyntax-only -x c++ -"
)


def compile_alone(project, header):
    """What the compiler says of a file that only includes the header; empty when it compiles."""
    result = subprocess.run(
        ["g++", *FLAGS], input=f'#include "{header}"\n', cwd=project.root, text=True, capture_output=True
    )
    return "" if result.returncode == 0 else result.stderr.strip().splitlines()[0]


def findings(project):
    alone = []
    for path in project.files(".h", under="src"):
        text = project.text(path)
        if not text.startswith("//"):
            yield f"{path}:1: a header opens with its purpose"
        if "\n#pragma once\n" not in text:
            yield f"{path}:1: #pragma once is missing"
        name = str(path.relative_to("src"))
        source = path.with_suffix(".cc")
        if not (project.root / source).exists():
            alone.append(name)
            continue
        first = INCLUDE.search(project.text(source))
        if not first or first[1] != name:
            yield f'{source}:1: the first include is not "{name}"'

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, error in zip(alone, pool.map(lambda header: compile_alone(project, header), alone)):
            if error:
                yield f"src/{name}:1: does not compile alone: {error}"


if __name__ == "__main__":
    tree.main(findings)
