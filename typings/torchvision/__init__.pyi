# torchvision publishes no types. Incomplete: only what is used here.
from torchvision import models as models
from torchvision import ops as ops
from torchvision import tv_tensors as tv_tensors

__version__: str
