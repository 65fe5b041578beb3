"""Exporting a bundle in a form that other tools read: an OCI layout, or files with a signature."""

from __future__ import annotations

from haversack.bundle.oci import Exported, export_oci
from haversack.bundle.oms import SignedFiles, export_oms

__all__ = ["Exported", "SignedFiles", "export_oci", "export_oms"]
