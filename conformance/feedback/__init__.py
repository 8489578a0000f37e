"""What the author of a submission is told, in the form that a CI system or a course's platform takes.

Pure functions of a Run: nothing here reads a file or an environment. In each module, `render` shows a run as it was
recorded, of hidden cases their counts alone, and raises NotJudgedError where nothing was decided; `not_judged` says
that instead, and `author.why_not_judged` why.
"""
