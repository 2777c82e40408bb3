"""The whole of Clearway on this machine: every stand-in and every function, started, wired, watched and stopped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from emulators import addresses, configs, ports, runs, wiring
from emulators.description import FUNCTIONS_DIR, load_system
from emulators.errors import LocalError
from emulators.function_process import (
    LOCAL_API_KEY,
    Surroundings,
    function_service,
    invoker,
    tasks_in_flight_max,
)
from emulators.google import firestore_service, pubsub_service
from emulators.processes import Service
from emulators.stand_ins import ROOT, bigquery_service, module_service
from emulators.supervisor import Supervisor
from emulators.wiring import Place
from shared.kernel.errors import ClearwayError

LOCAL_PROJECT = "clearway-local"
# The bank simulator's own rail decides everything in seconds; the others have each their own pace.
ONE_RAIL = ("simulator",)
SLOW_RAIL = "ach"
ALL_RAILS = ("simulator", "instant", "card", SLOW_RAIL)
LOCAL_REGION = "us-central1"
WATCHLISTS = ROOT / "emulators" / "watchlists" / "sample"
_READY_S = 60.0


class LocalCloud:
    """Everything is up while the context lasts, and nothing is left of it afterwards.

    `fixed_ports` takes the well-known ports and leaves the logs in `.clearway/up`; otherwise the ports are free ones
    and the folder is new. `functions_dir` holds one folder for each function; `environment` is given to every function
    on top of its own; the bucket of lists begins with the files of `watchlist_dir`. `warehouse` and `scheduler` leave
    out BigQuery with its bridge, and the clock, for tests that want neither; `long_running` is for more than some
    minutes of load. `rails` are those that payments may take; with ACH among them, whose payments take days, all
    functions live by the bank's clock, which can be put forward.
    Entering raises NOT_INSTALLED, PORT_TAKEN, BAD_DESCRIPTION, SERVICE_FAILED, LIST_MISSING or LIST_MALFORMED, with
    nothing left running.
    """

    def __init__(
        self,
        *,
        fixed_ports: bool = True,
        functions_dir: Path = FUNCTIONS_DIR,
        project: str = LOCAL_PROJECT,
        run_dir: Path | None = None,
        watchlist_dir: Path = WATCHLISTS,
        environment: Mapping[str, str] | None = None,
        warehouse: bool = True,
        scheduler: bool = True,
        long_running: bool = False,
        rails: Sequence[str] = ONE_RAIL,
    ) -> None:
        self.project = project
        self.api_key = LOCAL_API_KEY
        self.place = Place(project, LOCAL_REGION)
        self.system = load_system(functions_dir)
        self.ports = (addresses.fixed_ports if fixed_ports else addresses.free_ports)(self.system)
        self.hosts = addresses.Hosts.on(self.ports)
        self.urls = {name: f"http://{ports.HOST}:{port}" for name, port in self.ports.functions.items()}
        self.functions: dict[str, Service] = {}
        self.stand_ins: dict[str, Service] = {}
        self.run_dir = run_dir or (runs.FOLDER / "up" if fixed_ports else runs.new())
        self.log_dir = self.run_dir / "logs"
        self._surroundings = Surroundings(
            system=self.system,
            place=self.place,
            hosts=self.hosts,
            urls=self.urls,
            values={},
            extra=environment or {},
            rails=rails,
            moved_clock=SLOW_RAIL in rails,
        )
        self._watchlist_dir = watchlist_dir
        self._warehouse = warehouse
        self._scheduler = scheduler
        self._long_running = long_running
        self._supervisor = Supervisor()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:  # Ctrl-C too
            self._supervisor.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()

    @property
    def api_url(self) -> str:
        """Base URL of the public API."""
        return self.url_of("api")

    @property
    def timer_url(self) -> str:
        """Base URL of the function that the scheduler calls; a test posts to its paths instead of waiting."""
        return self.url_of("timer")

    @property
    def bank_url(self) -> str:
        """Base URL of the bank simulator."""
        return self.hosts.bank_url

    def url_of(self, function: str) -> str:
        """Base URL of a function. Raises BAD_DESCRIPTION when there is none of this name."""
        if function not in self.urls:
            raise ClearwayError(LocalError.BAD_DESCRIPTION, f"there is no function {function}")
        return self.urls[function]

    def addresses(self) -> list[tuple[str, str]]:
        """What is where, for people: pairs of a name and an address."""
        hosts = self.hosts
        emulators = [("Pub/Sub", hosts.pubsub), ("Firestore", hosts.firestore), ("Cloud Tasks", hosts.tasks)]
        emulators += [("Cloud Storage", hosts.storage_url)]
        emulators += [("BigQuery", hosts.bigquery_url)] if self._warehouse else []
        return [*self.urls.items(), *emulators, ("bank", hosts.bank_url), ("logs", str(self.log_dir))]

    def wait(self, timeout_s: float | None = None) -> None:
        """Block until something that cannot be replaced dies, then raise SERVICE_FAILED; or until time is up."""
        self._supervisor.wait(timeout_s)

    def _start(self) -> None:
        for service in self._make_emulators():
            self.stand_ins[service.name] = service
        for function in self.system.functions:
            port, log = self.ports.functions[function.name], self.log_dir / f"{function.name}.log"
            variables = self._surroundings.variables(function)
            self.functions[function.name] = function_service(function, self.system.folder, port, variables, log)
        for name, port in self.ports.all():
            ports.require_free(port, name)
        # Only now: until then these may be the logs of another run, which has the ports.
        shutil.rmtree(self.log_dir, ignore_errors=True)
        # Everything starts at once: a function needs nothing but its environment until it is called.
        self._supervisor.launch(*self.stand_ins.values())
        self._supervisor.launch(*self.functions.values())
        self._wire()
        self._supervisor.wait_ready(*self.stand_ins.values(), *self.functions.values(), timeout_s=_READY_S)
        self._supervisor.watch()

    def _wire(self) -> None:
        """Create everything, and start what moves messages as soon as there is something to move them on."""
        account = invoker(self.place)
        self._wait_for("pubsub")
        wiring.create_topics(self.hosts.pubsub, self.place, self.system)
        wiring.create_subscriptions(self.hosts.pubsub, self.place, self.system)
        self._help("forwarder", configs.forwarder_config(self.system, self.place, self.urls, account))
        if self._scheduler:
            self._help("scheduler", configs.scheduler_config(self.system, self.urls, account))
        self._wait_for("tasks")
        wiring.create_queues(self.hosts.tasks, self.place, self.system)
        self._wait_for("storage")
        wiring.create_buckets(self.hosts.storage_url, self.place, self._watchlist_dir)
        if self._warehouse:
            self._wait_for("bigquery")
            wiring.create_warehouse(self.hosts.pubsub, self.hosts.bigquery_url, self.place, self.system)
            self._help("bridge", configs.bridge_config(self.place, self.hosts.bigquery_url))

    def _wait_for(self, name: str) -> None:
        self._supervisor.wait_ready(self.stand_ins[name], timeout_s=_READY_S)

    def _help(self, name: str, told: Mapping[str, Any]) -> None:
        """Start a stateless helper, which is replaced when it dies."""
        config = configs.write(self.run_dir, name, told)
        env = {"PUBSUB_EMULATOR_HOST": self.hosts.pubsub}
        module = f"emulators.{name}"
        helper = module_service(name, module, "--config", config, log=self._log(name), env=env, watch=True)
        self._supervisor.launch(helper)
        self.stand_ins[name] = helper

    def _make_emulators(self) -> list[Service]:
        at = self.ports
        tasks_told = ["--port", str(at.tasks), "--admin-port", str(at.tasks_admin)]
        tasks_told += ["--workers", str(tasks_in_flight_max(self.system))]
        made = [
            pubsub_service(at.pubsub, self._log("pubsub"), long_running=self._long_running),
            firestore_service(at.firestore, self._log("firestore"), long_running=self._long_running),
            module_service("tasks", "emulators.tasks", *tasks_told, log=self._log("tasks"), port=at.tasks),
            module_service(
                "storage", "emulators.storage", "--port", str(at.storage), log=self._log("storage"), port=at.storage
            ),
            module_service(
                "bank",
                "emulators.bank",
                *self._bank_arguments(),
                log=self._log("bank"),
                port=at.bank,
                env={"STORAGE_EMULATOR_HOST": self.hosts.storage_url},
            ),
        ]
        if self._warehouse:
            made.append(bigquery_service(at.bigquery, self._log("bigquery"), grpc_port=at.bigquery_grpc))
        return made

    def _bank_arguments(self) -> list[str]:
        receiver = self.urls.get("rail_callback")
        told = ["--callback-url", f"{receiver}/v1/rails/{{rail}}/callbacks"] if receiver else []
        if self._surroundings.moved_clock:
            told += ["--files-bucket", self.place.files_bucket]
            told += configs.follower_arguments(self.system, self.urls, datetime.now(UTC))
        return ["--port", str(self.ports.bank), "--bank-rail", "simulator", *told]

    def _log(self, name: str) -> Path:
        return self.log_dir / f"{name}.log"
