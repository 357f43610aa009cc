"""Writes names and value representations of DICOM's data elements (PS3.6 section 6), as pydicom has them, as a module.

    PEERS/bin/pip install -r bench/peers/requirements-dicom.txt
    PEERS/bin/python bench/peers/data_dictionary.py --out src-main/dicom/data-dictionary.ts

Where the standard gives several representations ('US or SS') the first is written; which one holds is said by other
elements. Elements without a name or a representation are left out, and so are the items of sequences.
"""

import argparse
import collections
import pathlib
import textwrap

import pydicom
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

HEAD = """\
/**
 * @file Data elements by tag (PS3.6 section 6): value representation and name, as in pydicom {version}. Written by
 * `bench/peers/data_dictionary.py`; not edited by hand.
 *
 * Group: element, VR, name. 'xx' in a group stands for any two digits.
 */
export const DATA_DICTIONARY = `
"""


def lines(entries):
    groups = collections.defaultdict(list)
    for tag, (vr, _, name, _, _) in entries:
        vr = vr.split(" or ")[0]
        if name == "" or vr == "NONE":
            continue
        if any(character in name for character in "|`$\\"):
            raise ValueError(f"a name that the form cannot hold: {name}")
        groups[tag[:4]].append(f"{tag[4:]} {vr} {name}")
    for group, elements in groups.items():
        yield textwrap.fill(f"{group}: " + " | ".join(elements), 118, subsequent_indent="     ",
                            break_long_words=False, break_on_hyphens=False)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=pathlib.Path, required=True)
    out = options.parse_args().out
    plain = sorted((f"{tag:08x}", entry) for tag, entry in DicomDictionary.items())
    # Of the others none is in use: curves and overlays repeat their group, nothing else is worth a rule.
    repeating = sorted((tag.lower(), entry) for tag, entry in RepeatersDictionary.items() if tag[:4] in ("50xx", "60xx"))
    text = HEAD.format(version=pydicom.__version__) + "\n".join(lines(plain + repeating)) + "\n`;\n"
    out.write_text(text, encoding="utf-8", newline="\n")


main()
