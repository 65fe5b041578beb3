"""One page of the app per file. A page holds no logic: it asks ``calls`` and shows the answer."""
