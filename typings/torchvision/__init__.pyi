# torchvision publishes no types. Incomplete: only what is used here.
from torchvision import models as models
from torchvision import ops as ops

__version__: str
