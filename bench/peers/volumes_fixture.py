"""Volumes of SimpleITK and of dcm2niix (read with nibabel) for every series of a folder of test data.

    pip install SimpleITK nibabel dcm2niix
    python bench/peers/volumes_fixture.py DATA/series > tests/fixtures/volumes.json

One entry for each folder that holds DICOM files. `itk`: GDCM's order by position, size [slices, rows, columns], spacing
[dz, dy, dx], direction and origin as ImageSeriesReader gives them, for series of single-frame files; null for a folder
of another kind. `nifti`: one entry for each file that dcm2niix writes: shape and the affine from voxel to patient
coordinates, turned from RAS to DICOM's LPS.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
import SimpleITK as sitk


def numbers(values, digits=7):
    return [round(float(value), digits) + 0.0 for value in np.asarray(values).ravel()]


def by_itk(folder):
    reader = sitk.ImageSeriesReader()
    uids = reader.GetGDCMSeriesIDs(str(folder))
    if len(uids) != 1:
        return None
    names = reader.GetGDCMSeriesFileNames(str(folder), uids[0])
    reader.SetFileNames(names)
    try:
        image = reader.Execute()
    except RuntimeError:
        return None
    single = sitk.ImageFileReader()
    single.SetFileName(names[0])
    single.ReadImageInformation()
    if single.GetNumberOfComponents() not in (1, 3) or single.GetSize()[2:] not in ((1,), ()):
        return None
    return {
        "order": [Path(name).name for name in names],
        "size": list(image.GetSize())[::-1],
        "spacing": numbers(image.GetSpacing()[::-1]),
        "direction": numbers(image.GetDirection()),
        "origin": numbers(image.GetOrigin()),
    }


def by_dcm2niix(folder):
    found = []
    with tempfile.TemporaryDirectory() as out:
        command = [dcm2niix.bin, "-z", "n", "-b", "n", "-f", "%s_%p_%e_%f", "-o", out, str(folder)]
        subprocess.run(command, check=False, capture_output=True)
        for path in sorted(Path(out).glob("*.nii")):
            image = nibabel.load(path)
            lps = np.diag([-1, -1, 1, 1]) @ image.affine
            found.append({"name": path.stem, "shape": list(image.shape), "affine": numbers(lps[:3], 6)})
    return found


def is_dicom(path):
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def main():
    root = Path(sys.argv[1])
    folders = sorted({path.parent for path in root.rglob("*") if path.is_file() and is_dicom(path)})
    series = []
    for folder in folders:
        files = sorted(path.name for path in folder.iterdir() if path.is_file() and is_dicom(path))
        entry = {"folder": str(folder.relative_to(root)), "files": len(files)}
        series.append({**entry, "itk": by_itk(folder), "nifti": by_dcm2niix(folder)})
    versions = {"SimpleITK": sitk.Version.VersionString(), "nibabel": nibabel.__version__, "dcm2niix": dcm2niix.__version__}
    print(json.dumps({"versions": versions, "series": series}, indent=1))


main()
