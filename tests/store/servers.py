"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port of 127.0.0.1, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

NEEDED = "postgresql postgresql-postgis"
INSTALLED = Path("/usr/lib/postgresql")


class Missing(RuntimeError):
    """There is no PostgreSQL with PostGIS on this machine."""


@dataclass
class Postgres:
    """
    A cluster.

    Attributes
    ----------
    folder
        Where it lies.
    programs
        Where ``initdb`` and ``pg_ctl`` are.
    port
        Where it listens.
    user
        Who runs it: PostgreSQL refuses to be run by root.
    """

    folder: Path
    programs: Path
    port: int
    user: str | None

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once; what was committed stays."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def url(self, name: str = "postgres") -> str:
        """The URL of a base in it."""
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            command,
            user=self.user,
            group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


def programs() -> Path:
    """
    The folder of PostgreSQL's programs, the newest that has PostGIS.

    Raises
    ------
    Missing
        With the packages to install.
    """
    for folder in sorted(INSTALLED.glob("*/bin"), key=lambda path: -float(path.parent.name)):
        extension = Path("/usr/share/postgresql") / folder.parent.name / "extension" / "postgis.control"
        if (folder / "initdb").exists() and extension.exists():
            return folder
    raise Missing(f"测试需要 PostgreSQL 和 PostGIS，请让管理员安装：apt-get install {NEEDED}")


def new_cluster() -> Postgres:
    """
    A cluster that runs, made anew.

    Raises
    ------
    Missing
        With the packages to install.
    """
    where = programs()
    user = _not_root() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        shutil.chown(folder, user)
    cluster = Postgres(folder, where, _free_port(), user)
    cluster._run("initdb", "-D", str(folder / "data"), "-U", "tests", "--auth=trust", "-E", "UTF8", "--no-sync")
    cluster.start()
    return cluster


def _not_root() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
