# faster_coco_eval publishes no types. Incomplete: only what is used here.
from typing import Any

import numpy as np
from numpy.typing import NDArray

def encode(bimask: NDArray[np.uint8]) -> dict[str, Any]: ...
