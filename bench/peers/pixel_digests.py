"""Writes what pydicom and its decoders, or GDCM, make of the pixels of every DICOM file below some folders.

    PEERS/bin/pip install -r bench/peers/requirements-dicom.txt
    PEERS/bin/python bench/peers/pixel_digests.py DATA conformance series --out tests/fixtures/pixel-digests.json

The values are those after decompression and before any LUT or colour conversion, [frames, rows, columns, samples],
little endian in samples of Bits Allocated, one-bit samples a byte each. The file holds digests and names, no pixels.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib
import sys
import warnings

import gdcm
import numpy as np
import pydicom
import pydicom.config
from pydicom.pixels import get_decoder
from pydicom.uid import HTJ2K, JPEGBaseline8Bit, JPEGExtended12Bit

# Tried in this order: Pillow's JPEG is libjpeg-turbo's.
PLUGINS = ["pylibjpeg", "pyjpegls", "gdcm", "pillow", "pydicom"]
JPEG_PLUGINS = ["pillow", "gdcm"]
LOSSY_JPEG = {JPEGBaseline8Bit}
# Lossy codecs whose decoders may round differently; the JPEG baseline of all is libjpeg-turbo's.
ONE_LEVEL = {JPEGExtended12Bit, HTJ2K}
TILES = 8


def reference(dataset):
    """Values as an array, and what decoded them."""
    syntax = dataset.file_meta.get("TransferSyntaxUID", None) if hasattr(dataset, "file_meta") else None
    if syntax is None:
        implicit, little = dataset.original_encoding
        syntax = pydicom.uid.ImplicitVRLittleEndian if implicit else (
            pydicom.uid.ExplicitVRLittleEndian if little else pydicom.uid.ExplicitVRBigEndian)
        dataset.ensure_file_meta()
        dataset.file_meta.TransferSyntaxUID = syntax
    decoder = get_decoder(syntax)
    if not syntax.is_encapsulated:
        return decoder.as_array(dataset, raw=True)[0], "pydicom"
    failures = []
    for plugin in JPEG_PLUGINS if syntax in LOSSY_JPEG else PLUGINS:
        if plugin not in decoder.available_plugins:
            continue
        try:
            return decoder.as_array(dataset, raw=True, decoding_plugin=plugin)[0], plugin
        except Exception as error:  # the next one may do better
            failures.append(f"{plugin}: {error}")
    raise ValueError("; ".join(failures) or "no decoder")


def gdcm_alone(path, dataset):
    """What GDCM gives by itself: pydicom does not ask it for JPEG of 12 bits."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        raise ValueError("GDCM could not read it")
    buffer = reader.GetImage().GetBuffer().encode("utf-8", errors="surrogateescape")
    return np.frombuffer(buffer, "<u2").reshape(dataset.Rows, dataset.Columns), "gdcm"


def tile_means(values):
    """Means over TILES x TILES tiles of the first frame, for decoders that may differ by one grey level."""
    rows, columns = values.shape[:2]
    return [
        round(float(values[rows * y // TILES : rows * (y + 1) // TILES, columns * x // TILES : columns * (x + 1) // TILES].mean()), 3)
        for y in range(TILES)
        for x in range(TILES)
    ]


def describe(path):
    dataset = pydicom.dcmread(path, force=True)
    if not any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        return {"without": "no pixel data"}
    extended = hasattr(dataset, "file_meta") and dataset.file_meta.get("TransferSyntaxUID") == JPEGExtended12Bit
    values, decoder = gdcm_alone(path, dataset) if extended else reference(dataset)
    if dataset.BitsAllocated <= 8 and values.dtype.itemsize != 1:
        values = values.astype(np.uint8)
    values = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
    entry = {"decoder": decoder, "bytes": values.nbytes, "md5": hashlib.md5(values.tobytes()).hexdigest()}
    if dataset.file_meta.TransferSyntaxUID in ONE_LEVEL:
        entry["tileMeans"] = tile_means(values)
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    files = {}
    for folder in arguments.folders:
        for path in sorted((arguments.data / folder).rglob("*")):
            if not path.is_file():
                continue
            name = path.relative_to(arguments.data).as_posix()
            head = path.open("rb").read(132)
            if head[128:] != b"DICM" and path.suffix != ".dcm":
                continue
            try:
                files[name] = describe(path)
            except Exception as error:
                files[name] = {"without": f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"}
    packages = ["pydicom", "numpy", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pyjpegls", "pillow", "python-gdcm"]
    result = {
        "about": "Stored pixel values as pydicom and its decoders or GDCM give them; written by bench/peers/pixel_digests.py.",
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "files": files,
    }
    arguments.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    without = {name: entry["without"] for name, entry in files.items() if "without" in entry}
    print(f"{len(files)} files, {len(files) - len(without)} with pixels", file=sys.stderr)


if __name__ == "__main__":
    main()
