# torchvision publishes no types. Incomplete: only what is used here.
__version__: str
