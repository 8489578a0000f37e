"""A course: everything that an instructor puts on a platform to have submissions judged there, written as files."""

from conformance.course.account import account
from conformance.course.assignment import Assignment
from conformance.course.harness import Harness
from conformance.course.kit import PLATFORMS, kit
from conformance.course.mistake import CourseError
from conformance.course.writing import write

__all__ = ["PLATFORMS", "Assignment", "CourseError", "Harness", "account", "kit", "write"]
