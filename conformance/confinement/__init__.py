"""The layers that keep a submission in: namespaces, Landlock, seccomp, limits, privileges; each proven by its effect.

Half of the modules run inside, beside code that must not be trusted; so this one imports nothing.
"""
