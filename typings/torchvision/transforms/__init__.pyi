from torchvision.transforms import v2 as v2
