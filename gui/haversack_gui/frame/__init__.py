"""The frame around the pages: rail, top bar, job panel, welcome, command palette, window."""
