# torchvision publishes no types. Incomplete: only what is used here.
from torchvision import models as models

__version__: str
