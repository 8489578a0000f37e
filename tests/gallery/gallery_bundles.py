"""The files that hold many entries each, and which case is whose: what it is to do, input_size tells a submission."""

from gallery_attacks import ATTACKS
from gallery_entries import ENTRIES
from gallery_entry import Entry
from gallery_file import bundle, loud, quiet

_FIRST = 20

_attacks = [attack for group in ATTACKS.values() for attack in group]
_called = [entry for group in ENTRIES.values() for entry in group if not entry.alone]

#: Every attack twice, loud and quiet; and every entry that needs no file of its own.
LOUD = {attack: _FIRST + 2 * number for number, attack in enumerate(_attacks)}
QUIET = {attack: size + 1 for attack, size in LOUD.items()}
CALLED = {entry: _FIRST + number for number, entry in enumerate(_called)}


def written_attacks(outside, submission):
    """The file with all attacks."""
    hooks = {size: Entry(attack.name, None, call=loud(attack)) for attack, size in LOUD.items()}
    hooks |= {size: Entry(attack.name, None, call=quiet(attack)) for attack, size in QUIET.items()}
    return bundle(hooks, outside.constants() | {"SUBMISSION": str(submission)})


def written_entries():
    """The file with all entries that need none of their own."""
    return bundle({size: entry for entry, size in CALLED.items()})
