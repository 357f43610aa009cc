"""Compares what dciodvfy says of DICOM files with what it says of their de-identified copies.

usage: python dciodvfy_check.py ORIGINALS COPIES   (dciodvfy of David Clunie's dicom3tools on the path)

COPIES is the output of `pretext deidentify ORIGINALS --out COPIES`. Prints the errors that a copy has and its original has
not, counted by their text without numbers and values, and at the end how many files have such.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

originals, copies = map(pathlib.Path, sys.argv[1:3])


def errors(path):
    done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, errors="replace")
    lines = (done.stdout + done.stderr).splitlines()
    return collections.Counter(
        # A path of items and values differs between the two; which attribute it is and what is wrong does not.
        re.sub(r"<[^<>]*>$|\[\d+\]|= <[^>]*>", "", line).strip()
        for line in lines
        if line.startswith("Error")
    )


files = sorted(path for path in originals.rglob("*") if path.is_file())
new, gone, pairs, worse = collections.Counter(), collections.Counter(), 0, 0
for line in (copies / "deidentification.jsonl").read_text().splitlines()[1:]:
    row = json.loads(line)
    if "copy" not in row:
        continue
    before, after = errors(files[row["file"] - 1]), errors(copies / row["copy"])
    pairs += 1
    added = after - before
    gone += before - after
    new += added
    if added:
        worse += 1
        print(files[row["file"] - 1].name)
        for text, count in sorted(added.items()):
            print(f"  {count} x {text}")
print(f"{pairs} copies; {worse} have errors that their original has not ({sum(new.values())}); {sum(gone.values())} are gone")
