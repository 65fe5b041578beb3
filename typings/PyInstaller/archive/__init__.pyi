# PyInstaller is installed for freezing alone. Incomplete: only what is used here.
