"""Which packages and system libraries the frozen folder holds, as a CycloneDX document.

What counts is what was collected: the modules in the programs' archives and the files beside them,
each traced to the installed package that owns it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from PyInstaller.archive.readers import CArchiveReader

PROGRAMS = ("haversack", "haversack-gui")


def sbom(folder: Path) -> str:
    """Give the CycloneDX 1.6 JSON of a frozen folder."""
    parts = [_python(), *packages(folder), *system_libraries(folder)]
    bom = Bom(components=parts)
    version = metadata.version("haversack")
    whole = Component(name="haversack", type=ComponentType.APPLICATION, version=version)
    bom.metadata.component = whole
    bom.register_dependency(whole, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)


def packages(folder: Path) -> list[Component]:
    """Give every installed package that owns something in the folder."""
    owners = metadata.packages_distributions()
    names = {name for module in _modules(folder) for name in owners.get(module, [])}
    names.discard("haversack")
    return [package(metadata.distribution(name)) for name in sorted(names, key=str.lower)]


def system_libraries(folder: Path) -> list[Component]:
    """Give the shared libraries that no Python package brought, each with its digest."""
    internal = folder / "_internal"
    files = sorted(p for p in internal.glob("*.so*") if p.is_file() and not p.is_symlink())
    return [
        Component(
            name=path.name,
            type=ComponentType.FILE,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_sha256(path))],
        )
        for path in files
    ]


def _modules(folder: Path) -> set[str]:
    found = {path.name.partition(".")[0] for path in (folder / "_internal").iterdir()}
    for program in PROGRAMS:
        archive = CArchiveReader(str(folder / program))
        for name in [entry for entry in archive.toc if entry.endswith(".pyz")]:
            found |= {
                module.partition(".")[0] for module in archive.open_embedded_archive(name).toc
            }
    return found


def package(distribution: metadata.Distribution) -> Component:
    """Give one installed package with its version, its address and the licence it states."""
    about = distribution.metadata.json
    name, version = str(about["name"]), distribution.version
    make = LicenseFactory()
    expression = about.get("license_expression")
    if isinstance(expression, str):
        licences = [make.make_from_string(expression)]
    else:
        licences = [make.make_with_name(text) for text in _named_licences(about)]
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", name=name.lower(), version=version),
        licenses=licences,
        properties=[] if licences else [Property(name="haversack:licence", value="not stated")],
    )


def _named_licences(about: Mapping[str, str | list[str]]) -> list[str]:
    """Give the licence field where it is a name and no whole text, else the classifiers."""
    field = about.get("license")
    if isinstance(field, str) and field and len(field) < 80 and "\n" not in field:
        return [field]
    classifiers = [entry for entry in about.get("classifier", []) if entry.startswith("License ::")]
    return [entry.rpartition(" :: ")[2] for entry in classifiers]


def _python() -> Component:
    return Component(
        name="cpython",
        version=".".join(str(part) for part in sys.version_info[:3]),
        type=ComponentType.PLATFORM,
        licenses=[LicenseFactory().make_with_name("PSF-2.0")],
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
