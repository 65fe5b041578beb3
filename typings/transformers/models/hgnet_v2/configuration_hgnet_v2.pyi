from typing import Any

class HGNetV2Config:
    def __init__(self, **options: Any) -> None: ...
