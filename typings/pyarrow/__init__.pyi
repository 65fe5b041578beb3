# pyarrow publishes no types. Incomplete: every name is known, none is checked.
from typing import Any

def __getattr__(name: str) -> Any: ...
