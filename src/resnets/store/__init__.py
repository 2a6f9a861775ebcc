"""Store room: the run folder, its commits, its rows, and where it comes from."""

from resnets.store.commits import Commit
from resnets.store.folder import FORMAT, RunFolder
from resnets.store.machine import machine
from resnets.store.provenance import provenance, versions

__all__ = ["FORMAT", "Commit", "RunFolder", "machine", "provenance", "versions"]
