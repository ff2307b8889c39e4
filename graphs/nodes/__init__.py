"""The nodes of each graph: `(state, runtime) → change of state`. Side effects only after an interrupt, and harmless when repeated."""
