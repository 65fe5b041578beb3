import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

def confusion_matrix(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> npt.NDArray[np.int64]: ...
def precision_recall_curve(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike
) -> tuple[_Floats, _Floats, _Floats]: ...
def precision_recall_fscore_support(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike
) -> tuple[_Floats, _Floats, _Floats, npt.NDArray[np.int64]]: ...
