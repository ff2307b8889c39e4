"""How verdicts on a file of copy are told: text for people, JSON Lines, SARIF for code scanning, one HTML page. One file per format."""
