"""How runs and comparisons of evals are told: text for people, JUnit for build servers, one HTML page. One file per format."""
