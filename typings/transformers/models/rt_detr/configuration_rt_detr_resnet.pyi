from typing import Any

class RTDetrResNetConfig:
    def __init__(self, **options: Any) -> None: ...
