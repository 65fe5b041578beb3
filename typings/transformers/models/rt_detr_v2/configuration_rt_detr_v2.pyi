from typing import Any

class RTDetrV2Config:
    def __init__(self, **options: Any) -> None: ...
