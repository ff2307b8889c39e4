"""`journeyman simulate`: policies against worlds. Here are the worlds that need a whole journey, the comparison and its page."""
