"""Writes tests/fixtures/voi: small DICOM files with VOI LUTs and functions, and the grey that pydicom makes of them.

usage: python voi_fixtures.py OUT   (needs requirements-dicom.txt)

Each image is made of 4 x 4 blocks of 4 x 4 pixels. `expected.json` has for each file the grey level, 0 to 255, of each
block by pydicom's apply_voi and apply_windowing, after apply_modality_lut; MONOCHROME1 is turned around after that.
"""

import json
import pathlib
import sys

import numpy
import pydicom
from pydicom import uid
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
expected = {}


def dataset(name, blocks, signed=False, photometric="MONOCHROME2", slope=1, intercept=0):
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    number = len(expected) + 1
    made.SOPClassUID, made.SOPInstanceUID = uid.SecondaryCaptureImageStorage, f"1.2.826.0.1.3680043.10.57.1.{number}"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.826.0.1.3680043.10.57.2", "1.2.826.0.1.3680043.10.57.3"
    made.Modality, made.InstanceNumber, made.PatientID = "OT", number, "voi"
    values = numpy.asarray(blocks, "<i2" if signed else "<u2").reshape(4, 4)
    pixels = numpy.kron(values, numpy.ones((4, 4), values.dtype))
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, photometric
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation = 15, int(signed)
    made.RescaleSlope, made.RescaleIntercept = slope, intercept
    made.PixelData = pixels.tobytes()
    return made


def lut(first, entries, bits, explanation, signed=False):
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "SS" if signed else "US", [len(entries), first, bits])
    item["LUTDescriptor"].VR = "SS" if signed else "US"
    item.LUTExplanation = explanation
    item.add_new("LUTData", "US", [int(entry) for entry in entries])
    return item


def keep(name, made, level):
    """`level` gives grey, 0 to 1, of modality values."""
    values = apply_modality_lut(made.pixel_array[2::4, 2::4], made)
    grey = level(values)
    if made.PhotometricInterpretation == "MONOCHROME1":
        grey = 1 - grey
    expected[name] = [round(float(value), 3) for value in (255 * grey).ravel()]
    pydicom.dcmwrite(out / name, made, enforce_file_format=True)


def by_lut(made):
    bits = made.VOILUTSequence[0].LUTDescriptor[2]
    return lambda values: apply_voi(values.astype("i4"), made) / (2**bits - 1)


def by_window(made):
    """pydicom's output goes over the range of the modality values that the stored bits can give."""
    lowest = -(2**15) if made.PixelRepresentation else 0
    ends = [stored * made.RescaleSlope + made.RescaleIntercept for stored in (lowest, lowest + 2**16 - 1)]
    return lambda values: (apply_windowing(values, made) - ends[0]) / (ends[1] - ends[0])


# An S of 12 bits with a step in it, then one that falls; a window beside them that must not be taken.
x = numpy.linspace(0, 1, 2001)
curve = numpy.round(4095 / (1 + numpy.exp(-9 * (x - 0.5))))
curve[900:] = numpy.minimum(curve[900:] + 600, 4095)
blocks = [0, 99, 100, 101, 500, 800, 999, 1000, 1001, 1100, 1300, 1500, 1900, 2100, 2500, 60000]
made = dataset("lut-12.dcm", blocks)
made.VOILUTSequence = [lut(100, curve, 12, "S WITH A STEP"), lut(0, curve[::-1], 12, "FALLING")]
made.WindowCenter, made.WindowWidth = 40, 80
keep("lut-12.dcm", made, by_lut(made))

# Entries of 8 bits over negative values, shown inverted; pydicom finds no more than 256 of them, nor values beyond.
made = dataset("lut-8-monochrome1.dcm", range(450, 770, 20), photometric="MONOCHROME1", intercept=-1000)
made.VOILUTSequence = [lut(-500, numpy.round(255 * numpy.linspace(0, 1, 250) ** 2), 8, "SQUARE", signed=True)]
keep("lut-8-monochrome1.dcm", made, by_lut(made))

signed_blocks = [-900, -100, -41, -40, -20, 0, 10, 20, 30, 39, 40, 41, 60, 80, 120, 3000]
for name, function, photometric, slope in [
    ("sigmoid.dcm", "SIGMOID", "MONOCHROME2", 1),
    ("sigmoid-monochrome1.dcm", "SIGMOID", "MONOCHROME1", 1),
    ("sigmoid-fractions.dcm", "SIGMOID", "MONOCHROME2", 0.3),
    ("linear-exact.dcm", "LINEAR_EXACT", "MONOCHROME2", 1),
    ("linear-exact-fractions-monochrome1.dcm", "LINEAR_EXACT", "MONOCHROME1", 0.3),
]:
    made = dataset(name, signed_blocks, signed=True, photometric=photometric, slope=slope)
    made.WindowCenter, made.WindowWidth, made.VOILUTFunction = 20, 40, function
    keep(name, made, by_window(made))

lines = [f"  {json.dumps(name)}: {json.dumps(grey)}" for name, grey in expected.items()]
(out / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(len(expected), "files")
