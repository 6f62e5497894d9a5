"""Makes the files in this folder with NumPy and safetensors, so that the readers are tested against bytes that are not ours.

Run in this folder with numpy 2 and safetensors 0.5 or newer: python3 make.py
"""

import numpy as np
from safetensors.numpy import save_file

TYPES = ["?", "u1", "i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8", "<c8", "<c16"]


def ramp(dtype, shape=(2, 3)):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


np.savez("types.npz", **{np.dtype(t).name: ramp(t) for t in TYPES})
np.savez_compressed("compressed.npz", weights=ramp("<f4", (30, 40)), bias=ramp("<f8", (40,)))
np.save("fortran.npy", np.asfortranarray(ramp("<f4", (2, 3, 4))))
np.save("big_endian.npy", ramp(">f4"))
np.save("big_endian_complex.npy", (ramp("<c8") * (1 + 2j)).astype(">c8"))
np.save("scalar.npy", np.float64(2.5))
np.save("empty.npy", np.zeros((0, 5), "<f4"))
with open("format_2.npy", "wb") as out:
    np.lib.format.write_array(out, ramp("<i4"), version=(2, 0))
with open("format_3.npy", "wb") as out:
    np.lib.format.write_array(out, ramp("<i4"), version=(3, 0))
np.save("unsigned.npy", ramp("<u4"))
np.save("text.npy", np.array(["a", "bc"]))
np.save("fields.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
save_file(
    {np.dtype(t).name: ramp(t) for t in TYPES if t not in ("<c8", "<c16")}, "types.safetensors", metadata={"made by": "safetensors", "note": "é"}
)
