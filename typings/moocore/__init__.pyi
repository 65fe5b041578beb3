# moocore publishes no types. Incomplete: only what is used here.
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

def is_nondominated(
    data: ArrayLike, /, *, maximise: bool | list[bool] = ..., keep_weakly: bool = ...
) -> NDArray[np.bool_]: ...
def __getattr__(name: str) -> Any: ...
