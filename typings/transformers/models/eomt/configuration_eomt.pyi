from typing import Any

class EomtConfig:
    def __init__(self, **options: Any) -> None: ...
