"""Reads de-identified copies with other programs: are they valid DICOM, with the pixels of their originals?

    PEERS/bin/pip install -r bench/peers/requirements-dicom.txt
    PEERS/bin/python bench/peers/deidentified_check.py COPIES [--originals FOLDER]

Every copy is read whole by pydicom (all elements at any depth, the order of tags, the file meta information's length)
and, where they are installed, by DCMTK's dcmdump and by gdcmdump; what is missing is said. With --originals, the pixels
of copies and originals are compared as sets of digests. Prints one JSON object; ends with 1 where a copy is not valid.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import warnings

import pydicom
from pydicom.uid import UID

PIXELS = [0x7FE00010, 0x7FE00008, 0x7FE00009]


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def pixel_digest(path):
    try:
        dataset = pydicom.dcmread(path, force=True)
    except Exception:
        return None
    values = [dataset[tag].value for tag in PIXELS if tag in dataset]
    return hashlib.sha256(values[0]).hexdigest() if values and isinstance(values[0], bytes) else None


def elements(dataset):
    previous = -1
    for element in dataset:
        if element.tag <= previous:
            raise ValueError(f"{element.tag} is out of order")
        previous = element.tag
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from elements(item)


def problems(path):
    """What pydicom finds wrong."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            dataset = pydicom.dcmread(path)
            count = sum(1 for _ in elements(dataset))
            meta = dataset.file_meta
            wrong = [] if count > 0 else ["no element"]
            if str(meta.MediaStorageSOPInstanceUID) != str(dataset.SOPInstanceUID):
                wrong.append("file meta information names another instance")
            for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
                if keyword in dataset and not UID(str(dataset[keyword].value)).is_valid:
                    wrong.append(f"{keyword} is no UID")
            if dataset.get("PatientIdentityRemoved") != "YES" or "DeidentificationMethodCodeSequence" not in dataset:
                wrong.append("not said to be de-identified")
            if any(item.CodeValue == "113101" for item in dataset.DeidentificationMethodCodeSequence):
                wrong.append("said to have clean pixels")
        except Exception as error:
            return [f"{type(error).__name__}: {error}"], []
    return wrong, sorted({str(warning.message).split("'")[0][:80] for warning in caught})


def complaints(command, path):
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, errors="replace", check=False)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[:1] or ["ended with an error"] if done.returncode != 0 or lines else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copies", type=pathlib.Path)
    parser.add_argument("--originals", type=pathlib.Path)
    options = parser.parse_args()
    programs = {"dcmdump": ["dcmdump", "-q"], "gdcmdump": ["gdcmdump"]}
    for name in [name for name in programs if shutil.which(name) is None]:
        print(f"{name} is not installed: SKIPPED", file=sys.stderr)
        del programs[name]
    copies = [path for path in files(options.copies) if path.suffix == ".dcm"]
    invalid = {}
    warned = collections.Counter()
    by_program = collections.Counter()
    for path in copies:
        wrong, warning_texts = problems(path)
        warned.update(warning_texts)
        for name, command in programs.items():
            found = complaints(command, path)
            by_program[name] += bool(found)
            if name == "dcmdump":
                wrong += found
        if wrong:
            invalid[path.name] = wrong
    result = {"copies": len(copies), "invalid": invalid, "warnings": dict(warned),
              "complained": {name: by_program[name] for name in programs}}
    if options.originals is not None:
        originals = {pixel_digest(path) for path in files(options.originals)}
        result["otherPixels"] = [path.name for path in copies
                                 if (digest := pixel_digest(path)) is not None and digest not in originals]
    print(json.dumps(result, indent=1))
    sys.exit(1 if invalid or result.get("otherPixels") or not copies else 0)


main()
