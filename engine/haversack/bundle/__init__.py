"""The signed bundle: manifest, writer, reader."""
