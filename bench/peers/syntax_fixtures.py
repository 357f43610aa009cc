"""Writes tests/fixtures/syntaxes: one small DICOM file for each transfer syntax and its variants, with their values.

usage: python syntax_fixtures.py OUT   (needs requirements-dicom.txt, imagecodecs, and dcmtk's dcmcjpeg on the path)

Pictures are made here, so what is lossless must give them back; every file is also decoded by a decoder that is neither
its encoder nor Pretext's, and the script fails where that gives something else. What is lossy is expected as that
decoder gives it, to within as many grey levels as `within` says.
"""

import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import imagecodecs
import numpy
import pydicom
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = numpy.random.default_rng(57)
ROWS, COLUMNS = 17, 13
expected = {}


def picture(bits, samples=1, signed=False, rows=ROWS, columns=COLUMNS):
    """A ramp with noise that uses every bit, both ends of the range, and steps of half of it."""
    shape = (rows, columns, samples) if samples > 1 else (rows, columns)
    top = 2**bits - 1
    ramp = numpy.linspace(0, top, rows * columns).reshape(rows, columns)
    values = (ramp[..., None] if samples > 1 else ramp) + random.integers(-top // 8, top // 8 + 1, shape)
    values = numpy.clip(values, 0, top).astype("i8")
    values[0, 0], values[0, 1], values[1, 0], values[-1, -1] = 0, top, top, 0
    values -= 2 ** (bits - 1) if signed else 0
    return values.astype(f"{'<i' if signed else '<u'}{1 if bits <= 8 else 2}")


def dataset(values, bits, photometric=None, frames=1, planar=0):
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID, made.Modality = uid.SecondaryCaptureImageStorage, "1.2.3.4", "OT"
    made.Rows, made.Columns = values.shape[-3:-1] if values.shape[-1] == 3 else values.shape[-2:]
    made.SamplesPerPixel = 3 if values.shape[-1] == 3 else 1
    made.PhotometricInterpretation = photometric or ("RGB" if made.SamplesPerPixel == 3 else "MONOCHROME2")
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = planar
    if frames > 1:
        made.NumberOfFrames = frames
    made.BitsAllocated = values.dtype.itemsize * 8
    made.BitsStored, made.HighBit = bits, bits - 1
    made.PixelRepresentation = int(values.dtype.kind == "i")
    made.PixelData = values.tobytes() + b"\0" * (values.nbytes % 2)
    made["PixelData"].VR = "OB" if made.BitsAllocated == 8 else "OW"
    return made


def save(made, path):
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    made.save_as(path, enforce_file_format=True)


def decoded(path, plugin):
    made = pydicom.dcmread(path)
    values = get_decoder(made.file_meta.TransferSyntaxUID).as_array(made, raw=True, decoding_plugin=plugin)[0]
    return numpy.ascontiguousarray(values)


def note(name, values, plugin, within=0, truth=None):
    """Says what a file holds; `truth` is what a lossless file was made of."""
    if truth is not None and not numpy.array_equal(values.ravel(), truth.ravel()):
        raise SystemExit(f"{name}: {plugin} gives other values than it was made of")
    values = (truth if truth is not None else values).astype(values.dtype.newbyteorder("<"))
    entry = {"decoder": plugin, "within": within, "md5": hashlib.md5(values.tobytes()).hexdigest()}
    if within:
        entry["values"] = base64.b64encode(values.tobytes()).decode()
    expected[name] = entry


def encapsulated(name, frames, made, syntax, plugin, truth=None, within=0, **options):
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(frames, **options)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    save(made, out / name)
    note(name, truth if plugin == "numpy" else decoded(out / name, plugin), plugin, within, truth)


def dcmtk(name, made, *options, plugin="pylibjpeg", truth=None, within=0):
    with tempfile.TemporaryDirectory() as folder:
        plain = pathlib.Path(folder) / "plain.dcm"
        save(made, plain)
        subprocess.run(["dcmcjpeg", "+un", *options, plain, out / name], check=True)
    note(name, decoded(out / name, plugin), plugin, within, truth)


# JPEG Lossless by dcmtk: every predictor at every depth.
for bits in (8, 12, 16):
    grey = picture(bits)
    for predictor in range(1, 8):
        dcmtk(f"lossless-{bits}-predictor{predictor}.dcm", dataset(grey, bits), "+el", "+sv", str(predictor), truth=grey)
    dcmtk(f"lossless-{bits}-first-order.dcm", dataset(grey, bits), "+e1", truth=grey)
for bits, shift, predictor in ((8, 2, 1), (12, 4, 5), (16, 3, 7)):
    grey = picture(bits)
    options = ("+el", "+sv", str(predictor), "+pt", str(shift))
    # pylibjpeg leaves the point transform out; GDCM, dcmtk and libjpeg-turbo agree on it.
    dcmtk(f"lossless-{bits}-shift{shift}.dcm", dataset(grey, bits), *options, plugin="gdcm", truth=(grey >> shift) << shift)
signed = picture(16, signed=True)
dcmtk("lossless-16-signed.dcm", dataset(signed, 16), "+el", "+sv", "4", truth=signed)
colour = picture(8, 3)
dcmtk("lossless-rgb8.dcm", dataset(colour, 8), "+el", "+sv", "6", truth=colour)
dcmtk("lossless-rgb8-first-order.dcm", dataset(colour, 8), "+e1", truth=colour)


def lossless_jpeg(values, bits, predictor, shift=0, interval=0, interleaved=True):
    """ISO/IEC 10918-1 Annex H with one Huffman table in which every category has a code of five bits."""
    planes = values.reshape(*values.shape[:2], -1).astype("i8") >> shift
    rows, columns, count = planes.shape
    segment = lambda marker, body: struct.pack(">HH", marker, len(body) + 2) + body
    frame = struct.pack(">BHHB", bits, rows, columns, count) + b"".join(bytes([c + 1, 0x11, 0]) for c in range(count))
    table = bytes([0x00, *[0] * 4, 17, *[0] * 11, *range(17)])
    jpeg = b"\xff\xd8" + segment(0xFFC3, frame) + segment(0xFFC4, table)
    if interval:
        jpeg += segment(0xFFDD, struct.pack(">H", interval * columns))
    for chosen in [list(range(count))] if interleaved else [[c] for c in range(count)]:
        scan = bytes([len(chosen)]) + b"".join(bytes([c + 1, 0]) for c in chosen) + bytes([predictor, 0, shift])
        jpeg += segment(0xFFDA, scan)
        pieces, text = [], []
        for row in range(rows):
            first = row == 0 or (interval and row % interval == 0)
            if row and first:
                pieces.append("".join(text))
                text = []
            for column in range(columns):
                for c in chosen:
                    plane = planes[..., c]
                    a = plane[row, column - 1] if column else None
                    b, d = (plane[row - 1, column], plane[row - 1, column - 1] if column else None) if not first else (None, None)
                    if first:
                        guess = 2 ** (bits - shift - 1) if column == 0 else a
                    elif column == 0:
                        guess = b
                    else:
                        guess = [0, a, b, d, a + b - d, a + ((b - d) >> 1), b + ((a - d) >> 1), (a + b) >> 1][predictor]
                    change = (int(plane[row, column]) - int(guess)) & 0xFFFF
                    change = change - 65536 if change > 32768 else change
                    size = abs(change).bit_length()
                    text.append(f"{size:05b}")
                    if 0 < size < 16:
                        text.append(f"{change if change > 0 else change + 2**size - 1:0{size}b}")
        pieces.append("".join(text))
        for index, bits_of in enumerate(pieces):
            bits_of += "1" * (-len(bits_of) % 8)
            body = int(bits_of, 2).to_bytes(len(bits_of) // 8, "big").replace(b"\xff", b"\xff\0")
            jpeg += (bytes([0xFF, 0xD0 + (index - 1) % 8]) if index else b"") + body
    return jpeg + b"\xff\xd9"


# What dcmtk does not write: restarts, one scan for each component, colour of more than 8 bits.
for name, bits, samples, options in (
    ("restart-predictor1", 12, 1, {"predictor": 1, "interval": 3}),
    ("restart-predictor4", 16, 1, {"predictor": 4, "interval": 2}),
    ("restart-rgb8", 8, 3, {"predictor": 7, "interval": 5}),
    ("scans-rgb8", 8, 3, {"predictor": 5, "interleaved": False}),
    ("rgb12", 12, 3, {"predictor": 1}),
    ("rgb16", 16, 3, {"predictor": 6}),
    ("rgb16-scans-restart", 16, 3, {"predictor": 3, "interleaved": False, "interval": 4}),
    ("10", 10, 1, {"predictor": 2}),
):
    values = picture(bits, samples)
    frame = lossless_jpeg(values, bits, **options)
    syntax = uid.JPEGLosslessSV1 if options["predictor"] == 1 else uid.JPEGLossless
    encapsulated(f"lossless-{name}.dcm", [frame], dataset(values, bits), syntax, "pylibjpeg", values)

# High-Throughput JPEG 2000 by OpenJPH; OpenJPEG decodes it.
for bits, samples, is_signed in ((8, 1, False), (12, 1, False), (16, 1, False), (16, 1, True), (8, 3, False), (16, 3, False)):
    values = picture(bits, samples, is_signed, 40, 33)
    kind = f"{'rgb' if samples == 3 else ''}{bits}{'-signed' if is_signed else ''}"
    photometric = "YBR_RCT" if samples == 3 else None
    for suffix, syntax, options in (
        ("lossless", uid.HTJ2KLossless, {"resolutions": 3}),
        ("rpcl", uid.HTJ2KLosslessRPCL, {"resolutions": 3, "tlm": True, "tilepart": imagecodecs.HTJ2K.TILEPART.RESOLUTIONS}),
    ):
        frame = imagecodecs.htj2k_encode(values, reversible=True, rgb=samples == 3, **options)
        encapsulated(f"htj2k-{kind}-{suffix}.dcm", [frame], dataset(values, bits, photometric), syntax, "pylibjpeg", values)
    if bits != 12 and not is_signed:
        frame = imagecodecs.htj2k_encode(values, 0.02, reversible=False, rgb=samples == 3)
        photometric = "YBR_ICT" if samples == 3 else None
        # Both decoders compute with 24 bits of mantissa: the last two of 16 bits are rounding.
        within = 4 if bits == 16 else 1
        encapsulated(f"htj2k-{kind}-lossy.dcm", [frame], dataset(values, bits, photometric), uid.HTJ2K, "pylibjpeg", within=within)
values = picture(8, 1, False, 70, 50)
frame = imagecodecs.htj2k_encode(values, reversible=True, tile=(32, 32), resolutions=2)
encapsulated("htj2k-8-tiles.dcm", [frame], dataset(values, 8), uid.HTJ2KLossless, "pylibjpeg", values)

# JPEG 2000 by OpenJPEG; GDCM has a build of its own, and imagecodecs another.
for bits, samples, is_signed in ((8, 1, False), (16, 1, True), (8, 3, False)):
    values = picture(bits, samples, is_signed, 40, 33)
    made = dataset(values, bits, "YBR_RCT" if samples == 3 else None)
    frame = imagecodecs.jpeg2k_encode(values, reversible=True, codecformat="j2k", mct=samples == 3)
    encapsulated(f"j2k-{'rgb' if samples == 3 else ''}{bits}{'-signed' if is_signed else ''}.dcm", [frame], made, uid.JPEG2000Lossless, "pylibjpeg", values)
values = picture(8, 3, rows=40, columns=33)
frame = imagecodecs.jpeg2k_encode(values, 40, reversible=False, codecformat="j2k", mct=True)
encapsulated("j2k-rgb8-lossy.dcm", [frame], dataset(values, 8, "YBR_ICT"), uid.JPEG2000, "pylibjpeg", within=1)

# JPEG-LS by pyjpegls's CharLS; its near-lossless error is part of the stream, so that decoders agree.
for bits, samples, near in ((8, 1, 0), (12, 1, 0), (16, 1, 0), (8, 3, 0), (12, 1, 3)):
    values = picture(bits, samples)
    made = dataset(values, bits)
    made.compress(uid.JPEGLSNearLossless if near else uid.JPEGLSLossless, **({"jls_error": near} if near else {}), generate_instance_uid=False)
    name = f"jpegls-{'rgb' if samples == 3 else ''}{bits}{f'-near{near}' if near else ''}.dcm"
    save(made, out / name)
    frame = next(pydicom.encaps.generate_frames(made.PixelData, number_of_frames=1))
    note(name, imagecodecs.jpegls_decode(frame), "imagecodecs", 0, None if near else values)

# JPEG with loss by dcmtk: baseline, extended of 12 bits, the retired progressive processes.
grey, deep, colour = picture(8, rows=24, columns=20), picture(12, rows=24, columns=20), picture(8, 3, rows=24, columns=20)
dcmtk("baseline-8.dcm", dataset(grey, 8), "+eb", plugin="pillow", within=1)
dcmtk("baseline-ybr422.dcm", dataset(colour, 8), "+eb", plugin="pillow", within=1)
dcmtk("baseline-ybr.dcm", dataset(colour, 8), "+eb", "+s4", plugin="pillow", within=1)
dcmtk("baseline-rgb.dcm", dataset(colour, 8), "+eb", "+cr", plugin="pillow", within=1)
for name, option, values, bits in (("extended-12", "+ee", deep, 12), ("spectral-8", "+es", grey, 8), ("progressive-8", "+ep", grey, 8), ("progressive-12", "+ep", deep, 12)):
    with tempfile.TemporaryDirectory() as folder:
        plain, back = pathlib.Path(folder) / "plain.dcm", pathlib.Path(folder) / "back.dcm"
        save(dataset(values, bits), plain)
        subprocess.run(["dcmcjpeg", "+un", option, "+bt" if bits == 12 else "+be", plain, out / f"{name}.dcm"], check=True)
        subprocess.run(["dcmdjpeg", out / f"{name}.dcm", back], check=True)
        note(f"{name}.dcm", pydicom.dcmread(back).pixel_array, "dcmdjpeg", 1)
expected["progressive-12.dcm"] = {"refused": "progressive JPEG of 12 bits is not supported"}

# RLE and deflated by pydicom.
for bits, samples, is_signed in ((8, 1, False), (16, 1, True), (8, 3, False), (16, 3, False)):
    values = picture(bits, samples, is_signed)
    made = dataset(values, bits)
    made.compress(uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    name = f"rle-{'rgb' if samples == 3 else ''}{bits}{'-signed' if is_signed else ''}.dcm"
    save(made, out / name)
    note(name, decoded(out / name, "pylibjpeg"), "pylibjpeg", 0, values)
values = picture(12)
made = dataset(values, 12)
made.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian
save(made, out / "deflated-12.dcm")
note("deflated-12.dcm", pydicom.dcmread(out / "deflated-12.dcm").pixel_array, "pydicom", 0, values)


# Encapsulated uncompressed (PS3.5 A.4.11), which pydicom does not decode: a frame in each fragment, an odd one padded.
UNCOMPRESSED = uid.UID("1.2.840.10008.1.2.1.98")
for bits, samples, is_signed, options in ((8, 1, False, {}), (12, 1, False, {"has_bot": False}), (16, 1, True, {}), (8, 3, False, {})):
    values = numpy.stack([picture(bits, samples, is_signed), picture(bits, samples, is_signed)])
    frames = [frame.tobytes() for frame in values]
    name = f"uncompressed-{'rgb' if samples == 3 else ''}{bits}{'-signed' if is_signed else ''}.dcm"
    encapsulated(name, frames, dataset(values, bits, frames=2), UNCOMPRESSED, "numpy", values, **options)
values = picture(8, 3)
planes = numpy.moveaxis(values, 2, 0).tobytes()
encapsulated("uncompressed-rgb8-planes.dcm", [planes], dataset(values, 8, planar=1), UNCOMPRESSED, "numpy", values)

result = {
    "about": "Values of the files beside this one, [frames, rows, columns, samples] little endian; written by bench/peers/syntax_fixtures.py.",
    "files": expected,
}
(out / "expected.json").write_text(json.dumps(result, indent=1) + "\n")
total = sum(path.stat().st_size for path in out.iterdir())
print(f"{len(expected)} files, {total} bytes", file=sys.stderr)
