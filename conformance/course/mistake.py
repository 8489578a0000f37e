"""What is wrong with what an instructor asked for."""

from __future__ import annotations


class CourseError(Exception):
    """Files for a course cannot be written as asked: a sentence with a way out."""
