"""How people and clocks start it: the command line, workspaces, reports.

One BLAS thread for the whole process, set before anything loads NumPy: more were slower under load (decision 006).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
