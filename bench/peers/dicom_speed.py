"""Does on request what `bench/dicom-speed.mjs` measures Pretext against: headers with pydicom, pixels with pydicom and its
decoders, and pixels with GDCM.

    PEERS/bin/python bench/peers/dicom_speed.py

One line in, one line of JSON out: `headers LIST`, `pydicom LIST` or `gdcm LIST`, where LIST is a file with a path on each
line. The answer holds seconds by the clock, processor seconds, files, bytes of pixels, and files that failed; that of
`readable LIST` holds the paths whose pixels both read.
"""

import json
import os
import sys
import time
import warnings

import gdcm
import pydicom
import pydicom.config


def header(path):
    pydicom.dcmread(path, stop_before_pixels=True, force=True)
    return 0


def pixels(path):
    return pydicom.dcmread(path).pixel_array.nbytes


def gdcm_pixels(path):
    reader = gdcm.ImageReader()
    reader.SetFileName(path)
    if not reader.Read():
        raise ValueError("GDCM could not read it")
    image = reader.GetImage()
    # Decompresses; the bindings also make a text of the bytes, which is part of what reading from Python costs.
    image.GetBuffer()
    return image.GetBufferLength()


def readable(path):
    """Whether both read the pixels; a process of its own, because GDCM ends its process over some files."""
    child = os.fork()
    if child == 0:
        try:
            gdcm_pixels(path)
            pixels(path)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


WORK = {"headers": header, "pydicom": pixels, "gdcm": gdcm_pixels}


def main():
    warnings.simplefilter("ignore")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    gdcm.Trace.ErrorOff()
    gdcm.Trace.WarningOff()
    print(json.dumps({"ready": True, "pydicom": pydicom.__version__, "gdcm": gdcm.Version.GetVersion()}), flush=True)
    for line in sys.stdin:
        kind, name = line.strip().split(" ", 1)
        with open(name) as file:
            paths = file.read().split("\n")
        if kind == "readable":
            print(json.dumps({"readable": [path for path in paths if readable(path)]}), flush=True)
            continue
        work, failed, size = WORK[kind], 0, 0
        start, processor = time.perf_counter(), time.process_time()
        for path in paths:
            try:
                size += work(path)
            except Exception:
                failed += 1
        print(json.dumps({
            "seconds": time.perf_counter() - start,
            "processor": time.process_time() - processor,
            "files": len(paths),
            "bytes": size,
            "failed": failed,
        }), flush=True)


if __name__ == "__main__":
    main()
