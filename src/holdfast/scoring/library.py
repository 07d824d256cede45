"""LightGBM's library, loaded when the first score is asked for, and its call for one row at a time.

The calls are those of LightGBM's C API, which scores one row in a third of the time of `Booster.predict` and to the
bit the same: the row is read from one place in memory, the settings of the prediction are read only once.
"""

import ctypes
from functools import cache
from importlib.util import find_spec
from struct import Struct
from typing import Any, Final

from holdfast.vocabulary.errors import ModelError

_NORMAL, _FLOAT64, _ALL = 0, 1, -1  # C_API_PREDICT_NORMAL, C_API_DTYPE_FLOAT64, every tree
_FILES: Final = ("lib_lightgbm.so", "lib_lightgbm.dylib", "lib_lightgbm.dll")
_ONE_THREAD: Final = b"num_threads=1"


@cache
def library() -> Any:
    """Load the library; raises ModelError when it, or the OpenMP runtime that it needs, is not installed."""
    found = find_spec("lightgbm")
    if found is None or not found.submodule_search_locations:
        raise ModelError("LightGBM is not installed", hint="`pip install lightgbm`, or start without `--model`")
    faults = []
    for name in _FILES:
        try:
            loaded = ctypes.PyDLL(f"{found.submodule_search_locations[0]}/lib/{name}")
        except OSError as error:
            faults.append(str(error))
        else:
            loaded.LGBM_GetLastError.restype = ctypes.c_char_p
            loaded.LGBM_BoosterPredictForMatSingleRowFast.argtypes = [ctypes.c_void_p] * 4
            return loaded
    raise _not_loaded(faults)


def _not_loaded(faults: list[str]) -> ModelError:
    """Say what keeps the library from being loaded, and what helps."""
    if any("gomp" in fault or "libomp" in fault for fault in faults):
        return ModelError(
            "LightGBM needs the OpenMP runtime `libgomp.so.1`, which this machine lacks",
            hint="`apt install libgomp1` on Debian and Ubuntu, `dnf install libgomp` on Fedora",
        )
    return ModelError(f"LightGBM's library cannot be loaded: {faults[0]}", hint="install the package `lightgbm` again")


class Predictor:
    """The trees of one model, ready for one row at a time.

    Each call brings its own row and place for the answer, so that a thread that looks at the past beside the engine
    cannot mix its rows with the engine's. The interpreter is not let go for the few microseconds that a call takes:
    another thread that takes it meanwhile keeps it far longer.
    """

    def __init__(self, trees: bytes, width: int) -> None:
        self._handle, self._settings, iterations = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
        self._library = library()
        self._ask(
            self._library.LGBM_BoosterLoadModelFromString(trees, ctypes.byref(iterations), ctypes.byref(self._handle))
        )
        self._ask(
            self._library.LGBM_BoosterPredictForMatSingleRowFastInit(
                *(self._handle, _NORMAL, 0, _ALL, _FLOAT64, ctypes.c_int32(width), _ONE_THREAD),
                ctypes.byref(self._settings),
            )
        )
        self._length = ctypes.c_int64()
        self._call = self._library.LGBM_BoosterPredictForMatSingleRowFast
        self._pack = Struct(f"{width}d").pack

    def __call__(self, row: tuple[float, ...]) -> float | None:
        """Score one row, unknown numbers being NaN; nothing when the library refuses it."""
        found = ctypes.c_double()
        failed = self._call(self._settings, self._pack(*row), ctypes.byref(self._length), ctypes.byref(found))
        return None if failed else found.value

    def _ask(self, status: int) -> None:
        """Turn a refusal of the library into an error."""
        if status:
            said = self._library.LGBM_GetLastError().decode(errors="replace")
            raise ModelError(f"LightGBM refuses the model: {said}", hint="save it again with `Booster.save_model`")

    def __del__(self) -> None:
        if self._settings.value is not None:
            self._library.LGBM_FastConfigFree(self._settings)
        if self._handle.value is not None:
            self._library.LGBM_BoosterFree(self._handle)
