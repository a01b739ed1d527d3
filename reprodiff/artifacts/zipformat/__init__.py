"""A forensic reader of zip files: every record, every byte, both views, no trust.

:func:`read_zip` reads the records of the central directory and the local headers side by side,
:func:`regions` says of every byte what it is, :func:`inflate` and :func:`read_member` give plain
content within limits.  The package knows nothing of wheels, files on disk or opinions.
"""

from reprodiff.artifacts.zipformat.damage import (
    Anomaly,
    AnomalyKind,
    Damage,
    DamageKind,
    ZipFormatError,
)
from reprodiff.artifacts.zipformat.decoders import METHOD_NAMES
from reprodiff.artifacts.zipformat.deflate import deflate_level
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    EOCD64_FIELDS,
    EOCD_FIELDS,
    LOCAL_FIELDS,
    LOCATOR_FIELDS,
    Field,
    differing_fields,
)
from reprodiff.artifacts.zipformat.inflate import (
    Inflated,
    MemberStream,
    inflate,
    read_member,
    stored_bytes,
)
from reprodiff.artifacts.zipformat.layout import NO_OWNER, Region, regions
from reprodiff.artifacts.zipformat.reader import read_zip
from reprodiff.artifacts.zipformat.records import (
    UNKNOWN,
    CentralHeader,
    Descriptor,
    DosTime,
    End64Record,
    EndRecord,
    LocalHeader,
    Locator,
    ZipArchive,
    ZipEntry,
)

__all__ = [
    "CENTRAL_FIELDS",
    "EOCD64_FIELDS",
    "EOCD_FIELDS",
    "LOCAL_FIELDS",
    "LOCATOR_FIELDS",
    "METHOD_NAMES",
    "NO_OWNER",
    "UNKNOWN",
    "Anomaly",
    "AnomalyKind",
    "CentralHeader",
    "Damage",
    "DamageKind",
    "Descriptor",
    "DosTime",
    "End64Record",
    "EndRecord",
    "Field",
    "Inflated",
    "LocalHeader",
    "Locator",
    "MemberStream",
    "Region",
    "ZipArchive",
    "ZipEntry",
    "ZipFormatError",
    "deflate_level",
    "differing_fields",
    "inflate",
    "read_member",
    "read_zip",
    "regions",
    "stored_bytes",
]
