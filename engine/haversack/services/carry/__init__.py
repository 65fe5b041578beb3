"""Code on the stick: the frozen app and a runtime of wheels, packed, signed as code, and placed."""
