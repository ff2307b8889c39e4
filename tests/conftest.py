"""One BLAS thread a process, as the program itself (`app`): set before any test loads NumPy."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
