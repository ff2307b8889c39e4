"""How people and clocks start it: the command line, workspaces, reports."""
