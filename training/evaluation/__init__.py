"""Measuring solvers from transcripts: how often one answer, a vote, a reward model's pick or any of k is right. Pure: knows no Django."""
