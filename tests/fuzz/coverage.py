#!/usr/bin/env python3
"""Prints how many lines of each parser the fuzz targets' inputs reach; fails below 90 percent.

The inputs are the seeds in tests/fuzz/corpus and what earlier runs left in the build folder. With
--seeds the seeds alone count.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = 90.0
PARSERS = """
net/http_head_reader.cc net/http_request_parser.cc net/http_request.cc net/http_target.cc
protocol/json_codec.cc protocol/msgpack_codec.cc protocol/read.cc protocol/read_fields.cc
protocol/utf8.cc protocol/value_builder.cc
websocket/deflate.cc websocket/extension_offer.cc websocket/frame_header.cc websocket/handshake.cc
websocket/mask.cc websocket/message.cc websocket/reader.cc websocket/token_scanner.cc
websocket/utf8.cc websocket/access.cc
""".split()


def tool(name):
    """The LLVM tool that belongs to the compiler, under Debian's name for it."""
    return next((path for path in (f"/usr/bin/{name}-14", f"/usr/lib/llvm-14/bin/{name}")
                 if os.path.exists(path)), name)


def main():
    fuzz = Path(sys.argv[1])
    coverage = fuzz / "coverage"
    profiles, programs = [], []
    for program in sorted(coverage.glob("*_fuzz")):
        name = program.name.removesuffix("_fuzz")
        folders = [ROOT / "tests/fuzz/corpus" / name]
        if "--seeds" not in sys.argv:
            folders.append(fuzz / f"{name}.corpus")
        profile = coverage / f"{name}.profraw"
        subprocess.run([program, "-runs=0", *(folder for folder in folders if folder.is_dir())],
                       check=True, capture_output=True,
                       env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
        profiles.append(profile)
        programs.append(program)
    merged = coverage / "all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-o", merged, *profiles], check=True)
    others = [word for program in programs[1:] for word in ("-object", program)]
    exported = subprocess.run(
        [tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={merged}", programs[0],
         *others], check=True, capture_output=True, text=True).stdout
    lines = {entry["filename"].rpartition("src/")[2]: entry["summary"]["lines"]
             for entry in json.loads(exported)["data"][0]["files"]}
    total = covered = 0
    for parser in PARSERS:
        print(f"  {parser:<34} {lines[parser]['covered']:4} of {lines[parser]['count']:4} lines  "
              f"{lines[parser]['percent']:6.1f} %")
        total += lines[parser]["count"]
        covered += lines[parser]["covered"]
    print(f"  {'all of them':<34} {covered:4} of {total:4} lines  {100 * covered / total:6.1f} %")
    low = [parser for parser in PARSERS if lines[parser]["percent"] < WANTED]
    if low:
        print(f"below {WANTED:.0f} %: {' '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
