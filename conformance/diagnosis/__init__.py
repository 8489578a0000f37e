"""Diagnosis: which faults of the dictionary explain what an implementation did. Read inquiry.py first."""

from conformance.diagnosis.account import diagnose, not_connected
from conformance.diagnosis.exhibit import Exhibit, torch_answers

__all__ = ["Exhibit", "diagnose", "not_connected", "torch_answers"]
