"""The suites, one a file: which cases, which agent answers, how it is scored."""
