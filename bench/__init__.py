"""Measurements, one file each, all run by `make bench`; results are JSON Lines in bench/results/."""
