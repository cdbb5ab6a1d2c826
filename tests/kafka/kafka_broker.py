"""A real Apache Kafka for the tests: one node in KRaft mode, from Maven Central's jars or from Docker.

The jars are copied once to .cache/kafka of the checkout by pom.xml beside this file. A broker is started in about two
seconds, listens on a free port of the loopback interface, and can be killed and started again with its data.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
VERSION = "4.1.0"
JARS = CHECKOUT / ".cache" / "kafka" / VERSION
IMAGE = f"apache/kafka:{VERSION}"
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
START_SECONDS_MAX = 60
RESOLVE_SECONDS_MAX = 300

LOGGING = """\
status = error
appender.file.type = Console
appender.file.name = console
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def missing() -> str:
    """Why no Kafka can be started here; empty where one can."""
    if docker_answers() or JARS.is_dir():
        return ""
    lacking = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"no Docker engine answers, and {' and '.join(lacking)} cannot be found" if lacking else ""


def docker_answers() -> bool:
    """Whether there is an engine behind the client, and the image is there: tests pull nothing."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, check=False).returncode == 0


def resolve_jars() -> Path:
    """The folder with Kafka's jars, filled from Maven Central the first time; atomic, so that two may try at once."""
    if JARS.is_dir():
        return JARS
    JARS.parent.mkdir(parents=True, exist_ok=True)
    scratch = JARS.with_name(f"{VERSION}.{os.getpid()}")
    subprocess.run(
        [
            *("mvn", "-B", "-q", "-f", str(HERE / "pom.xml")),
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
            *("-DincludeScope=runtime", f"-DoutputDirectory={scratch}"),
        ],
        check=True,
        timeout=RESOLVE_SECONDS_MAX,
    )
    try:
        scratch.rename(JARS)
    except OSError:  # another process was first
        shutil.rmtree(scratch)
    return JARS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a broker listens: Kafka opens its port only when it is ready to serve."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class Broker:
    """One broker over its folder; `start` after `stop` or `kill` finds the data again, on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def settings(self) -> str:
        return "\n".join(
            [
                "process.roles=broker,controller",
                "node.id=1",
                f"controller.quorum.voters=1@127.0.0.1:{self.controller_port}",
                f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
                f"advertised.listeners=PLAINTEXT://{self.address}",
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
                f"log.dirs={self.folder / 'data'}",
                "auto.create.topics.enable=false",
                "num.partitions=1",
                "offsets.topic.num.partitions=4",
                "offsets.topic.replication.factor=1",
                "transaction.state.log.num.partitions=4",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1",
                "group.initial.rebalance.delay.ms=0",
                "group.min.session.timeout.ms=1000",
                "log.cleaner.dedupe.buffer.size=4194304",
            ]
        )

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if docker_answers() and not JARS.is_dir():
            self._start_docker()
        else:
            self._start_java()
        self._wait()

    def _start_java(self) -> None:
        settings = self.folder / "server.properties"
        logging = self.folder / "log4j2.properties"
        java = [
            *("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
            *(f"-Dlog4j2.configurationFile={logging}", "-cp", f"{resolve_jars()}/*"),
        ]
        if not settings.exists():
            settings.write_text(self.settings())
            logging.write_text(LOGGING)
            subprocess.run(
                [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(settings)],
                check=True,
                capture_output=True,
            )
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen([*java, "kafka.Kafka", str(settings)], stdout=log, stderr=log)

    def _start_docker(self) -> None:
        settings = self.folder / "server.properties"
        settings.write_text(self.settings())
        self.folder.chmod(0o777)
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *("docker", "run", "--rm", "--init", "--network=host", f"--volume={self.folder}:{self.folder}"),
                    *(f"--volume={settings}:/mnt/shared/config/server.properties", f"--env=CLUSTER_ID={CLUSTER_ID}"),
                    IMAGE,
                ],
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        give_up = time.monotonic() + START_SECONDS_MAX
        while not answers(self.port):
            if self.process is None or self.process.poll() is not None or time.monotonic() > give_up:
                said = (self.folder / "broker.log").read_text()[-3_000:]
                raise RuntimeError(f"kafka did not start: {said}")
            time.sleep(0.05)  # a probe of another process: there is nothing to wait on

    def stop(self) -> None:
        """Shut down as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Die at once, as a machine does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
