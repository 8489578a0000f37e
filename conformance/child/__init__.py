"""What runs inside: a warm parent that never touches a submission, and a child of it a case that does.

Nothing here knows an answer. It is beside code that must not be trusted, so that nothing it says is believed.
"""
