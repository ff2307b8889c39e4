"""The database's history, run by `Store.open`. `HEAD` is the newest version, so that an up-to-date database costs no look into it."""

HEAD = "0002"
