"""Writes tests/fixtures/sources: small TIFF, NIfTI and ZIP files from tifffile, nibabel and zipfile, with their values.

usage: python source_fixtures.py OUT   (needs numpy, tifffile, imagecodecs, nibabel)
"""

import json
import pathlib
import sys
import zipfile

import nibabel
import numpy
import tifffile

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = numpy.random.default_rng(5)
expected = {}


def smooth(shape, maximum, kind):
    steps = random.integers(-9, 10, shape).cumsum(axis=1)
    return ((steps - steps.min()) * maximum // (steps.max() - steps.min())).astype(kind)


def tiff(name, values, **options):
    tifffile.imwrite(out / name, values, metadata=None, **options)
    expected[name] = {"shape": list(values.shape), "values": values.ravel().tolist()}


grey8, grey16 = smooth((19, 23), 255, "u1"), smooth((19, 23), 65535, "u2")
rgb8, rgb16 = smooth((19, 23, 3), 255, "u1"), smooth((19, 23, 3), 65535, "u2")
for order, word in (("<", "little"), (">", "big")):
    tiff(f"grey16-{word}.tif", grey16, byteorder=order, photometric="minisblack")
    tiff(f"grey16-lzw-predictor-{word}.tif", grey16, byteorder=order, photometric="minisblack", compression="lzw", predictor=2)
    tiff(f"rgb16-deflate-tiled-{word}.tif", rgb16, byteorder=order, photometric="rgb", compression="deflate", tile=(16, 16))
tiff("grey8-packbits.tif", grey8, photometric="minisblack", compression="packbits", rowsperstrip=4)
tiff("grey8-white-is-zero.tif", grey8, photometric="miniswhite")
tiff("rgb8-lzw-strips.tif", rgb8, photometric="rgb", compression="lzw", rowsperstrip=5)
tiff("rgb8-planar.tif", numpy.moveaxis(rgb8, 2, 0).copy(), photometric="rgb", planarconfig="separate")
expected["rgb8-planar.tif"] = {"shape": [19, 23, 3], "values": rgb8.ravel().tolist()}
tiff("pages.tif", smooth((3, 19, 23), 255, "u1"), photometric="minisblack", compression="deflate")
tiff("big.tif", grey8, photometric="minisblack", bigtiff=True)


def nifti(name, values, affine, image=nibabel.Nifti1Image, slope=None, code="sform"):
    volume = image(values, affine)
    volume.header.set_slope_inter(*(slope or (1, 0)))
    volume.header.set_xyzt_units("mm", "sec")
    volume.set_sform(affine, 1 if code == "sform" else 0)
    volume.set_qform(affine, 1 if code == "qform" else 0)
    nibabel.save(volume, out / name)
    if slope:  # nibabel stores values divided by the slope; what is stored is what counts here
        raw = numpy.asarray(nibabel.load(out / name).dataobj.get_unscaled())
    else:
        raw = values
    back = nibabel.load(out / name)
    expected[name] = {
        "shape": list(raw.shape),
        "type": str(raw.dtype),
        "values": raw.ravel(order="F").tolist(),
        "scaled": numpy.asarray(back.dataobj).ravel(order="F")[:50].tolist(),
        "affine": back.affine.tolist(),
    }


turn = numpy.array([[-0.8, 0.1, 0.05, 30], [0.1, 0.9, 0.2, -20], [0.02, -0.2, 2.5, 7], [0, 0, 0, 1]])
straight = numpy.diag([0.7, 0.9, 3.0, 1.0])
straight[:3, 3] = (-11, -12, -13)
nifti("sform-int16.nii", smooth((7, 6, 5), 900, "i2") - numpy.int16(200), turn)
nifti("qform-uint8.nii.gz", smooth((7, 6, 5), 255, "u1"), straight, code="qform")
nifti("nifti2-float32.nii.gz", random.normal(size=(7, 6, 5)).astype("f4"), straight, nibabel.Nifti2Image)
nifti("nifti2-qform.nii", smooth((7, 6, 5), 255, "u1"), straight, nibabel.Nifti2Image, code="qform")
nifti("scaled-4d.nii.gz", smooth((7, 6, 5, 2), 900, "i2").astype("f4"), straight, slope=(0.5, -10))
big = nibabel.Nifti1Image(smooth((7, 6, 5), 900, "i2"), turn)
header = big.header.as_byteswapped(">")
nibabel.save(nibabel.Nifti1Image(numpy.asarray(big.dataobj).astype(">i2"), turn, header), out / "big-endian.nii")
back = nibabel.load(out / "big-endian.nii")
expected["big-endian.nii"] = {
    "shape": [7, 6, 5],
    "type": "int16",
    "endianness": back.header.endianness,
    "values": numpy.asarray(back.dataobj).ravel(order="F").tolist(),
    "affine": back.affine.tolist(),
}

with zipfile.ZipFile(out / "zip64.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("scans/grey8.tif", "w", force_zip64=True) as entry:
        entry.write((out / "grey8-packbits.tif").read_bytes())
(out / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
print(sum(file.stat().st_size for file in out.iterdir()), "bytes")
