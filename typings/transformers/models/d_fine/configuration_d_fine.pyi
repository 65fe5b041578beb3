from typing import Any

class DFineConfig:
    def __init__(self, **options: Any) -> None: ...
