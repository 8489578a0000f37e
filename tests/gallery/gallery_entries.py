"""All entries that are no attacks on what is outside, by their groups."""

from gallery_answers import FORGED, PATCHED
from gallery_endings import ENDINGS, HANGS, RESOURCES, TEXTS
from gallery_honest import HONEST, SOURCES
from gallery_values import TYPES, VALUES

ENTRIES = {
    "honest": HONEST,
    "sources": SOURCES,
    "types": TYPES,
    "values": VALUES,
    "forged": FORGED,
    "patched": PATCHED,
    "endings": ENDINGS,
    "hangs": HANGS,
    "resources": RESOURCES,
    "texts": TEXTS,
}
