"""What a user can get wrong when asking for a new file."""


class ScaffoldError(Exception):
    """Nothing can be written; the text says why and what to do."""
