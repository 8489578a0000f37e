"""What a platform needs: its files, each with what it is for, and what to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One file: where it goes, the template that it is made from, and what it is for."""

    path: str
    template: str
    about: str
    executable: bool = False


@dataclass(frozen=True, kw_only=True)
class Kit:
    """All of a platform's files, what has to be filled in besides the assignment, and the first steps.

    `place` says where students hand their file in, with a comma before it, where that is not plain.
    """

    name: str
    parts: tuple[Part, ...]
    undecided: tuple[str, ...] = ()
    place: str = ""
    steps: tuple[str, ...]


def _judging(folder: str) -> tuple[Part, ...]:
    """What every platform has: what is asked, and what installs the harness."""
    return (
        Part(f"{folder}assignment.sh", "shared/assignment.sh", "what is asked, and by which harness: decide here"),
        Part(f"{folder}install.sh", "shared/install.sh", "installs the harness", executable=True),
    )


_GITHUB = Part(
    ".github/rnn-conformance/gate.sh", "shared/gate.sh", "judges one folder's file, in a workflow", executable=True
)

_GRADESCOPE = Kit(
    name="gradescope",
    parts=(
        Part("README.md", "gradescope/README.md", "for you: how to put it up, and what protects what"),
        *_judging("autograder/"),
        Part("autograder/setup.sh", "gradescope/setup.sh", "Gradescope runs it once", executable=True),
        Part("autograder/run_autograder", "gradescope/run_autograder", "runs for every submission", executable=True),
        Part("student/README.md", "shared/student.md", "for students"),
        Part("student/{file}", "shared/my_rnn.py", "the template that students begin with"),
    ),
    steps=(
        "Make the zip: cd {folder}/autograder && python3 -m zipfile -c ../autograder.zip *",
        "Upload it under Configure Autograder, with Ubuntu 22.04 or newer as the base image.",
        "Press Test Autograder with a right file and with student/{file}; read what it prints about layers.",
    ),
)

_CLASSROOM = Kit(
    name="classroom",
    parts=(
        Part("README.md", "classroom/README.md", "for you: which folder goes where, and who may change what"),
        Part("student/README.md", "shared/student.md", "the template repository: for students"),
        Part("student/{file}", "shared/my_rnn.py", "the template that students begin with"),
        Part("student/.github/workflows/classroom.yml", "classroom/classroom.yml", "feedback at every push"),
        *_judging("student/.github/rnn-conformance/"),
        Part(f"student/{_GITHUB.path}", _GITHUB.template, _GITHUB.about, executable=True),
        *_judging("grading/"),
        Part("grading/repositories.txt", "classroom/repositories.txt", "your private repository: whom to grade"),
        Part("grading/fetch.sh", "classroom/fetch.sh", "fetches one file of each repository", executable=True),
        Part("grading/grade.sh", "classroom/grade.sh", "judges them all, into grades.csv", executable=True),
        Part("grading/.github/workflows/grade.yml", "classroom/grade.yml", "does both when you say so"),
        Part("grading/.gitignore", "classroom/gitignore", "keeps submissions and reports out of git"),
    ),
    undecided=("grading/repositories.txt: one OWNER/REPOSITORY a line",),
    steps=(
        "Push student/ as the template repository that students start from.",
        "Push grading/ as a private repository that no student can read.",
        "Grade from grading/ alone; what runs in a student's repository is the student's.",
    ),
)

_ACTIONS = Kit(
    name="actions",
    parts=(
        Part(".github/rnn-conformance/README.md", "actions/README.md", "for you: who may change what"),
        *_judging(".github/rnn-conformance/"),
        _GITHUB,
        Part(".github/workflows/rnn-conformance.yml", "actions/workflow.yml", "runs for every pull request"),
        Part(".github/CODEOWNERS", "actions/CODEOWNERS", "asks you before anything but submissions/ changes"),
        Part("submissions/README.md", "shared/student.md", "for students"),
        Part("submissions/{file}", "shared/my_rnn.py", "the template that students begin with"),
    ),
    undecided=(".github/CODEOWNERS: who you are, in place of @CHANGE-ME",),
    place=", in a pull request from a fork, as `submissions/LOGIN/{file}` with your own name on GitHub for LOGIN",
    steps=(
        "Put these files into the course's repository, on the branch that pull requests go to.",
        "Protect that branch as .github/rnn-conformance/README.md says.",
        "Open a pull request of your own with submissions/YOUR-LOGIN/{file}, and look at its check.",
    ),
)

PLATFORMS: Mapping[str, Kit] = {each.name: each for each in (_GRADESCOPE, _CLASSROOM, _ACTIONS)}


def kit(platform: str) -> Kit:
    """The kit of a platform."""
    return PLATFORMS[platform]
