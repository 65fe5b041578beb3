"""What every loop imports, once for all of them: the loops' processes are forked from here."""

from haversack.training import torchvision_guard

torchvision_guard.install()

from kitchen_bench import loops  # noqa: E402,F401 - after the guard
