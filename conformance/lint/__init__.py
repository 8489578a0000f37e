"""Whether the cases are fit to tell right from wrong: numbers in which no fault can hide."""
