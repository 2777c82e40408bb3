# Clearway on a laptop. Every target does all of its own set-up; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
PAYMENTS ?= 600
SEED ?= 1
RATE ?= 10
ENVIRONMENT ?= dev
DEPLOYMENT = --environment $(ENVIRONMENT) --project "$(PROJECT)"

.DEFAULT_GOAL := help
.PHONY: help demo up test check lint types format lock bench replay verify reconcile ach doctor clean
.PHONY: infra bundles capacity bootstrap plan deploy destroy

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): scripts/locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clearway needs Python 3.11 or later"; exit 1; }
	@echo "installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r scripts/locks/dev.txt
	@touch $(READY)

demo: $(READY) ## start everything, drive a seeded world of payments through it, show what happened
	@$(RUN) -m scripts.demo --payments $(PAYMENTS) --seed $(SEED)

up: $(READY) ## start everything, print the addresses, run until Ctrl-C
	@$(RUN) -m emulators up

test: check ## lint, types, architecture and every test, also on the emulators
	@$(RUN) -m pytest -n 2 --dist worksteal -m "not e2e"
	@$(RUN) -m pytest -n 2 --dist loadfile -m e2e

check: lint types ## lint, types and import rules

lint: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/lint-imports --no-cache

types: $(READY)
	@$(VENV)/bin/mypy

format: $(READY) ## put the code into its form
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format --quiet .

lock: $(READY) ## pin all requirements anew (UPGRADE=1 moves to newer versions)
	@$(RUN) -m scripts.lock $(if $(UPGRADE),--upgrade)

bench: $(READY) ## measure: payments a second end to end, and many clients on one wallet
	@$(RUN) -m scripts.bench

replay: $(READY) ## show what waits in quarantine and dead letters, or bring it back (ARGS="--id ID", "--id ID --data FILE", "--all")
	@$(RUN) -m scripts.replay $(ARGS)

verify: $(READY) ## hold journal, balances and payments against each other (ARGS="--trial-balance", "--project ID")
	@$(RUN) -m scripts.verify $(ARGS)

reconcile: $(READY) ## compare the bank's statements with the books, and show each rail account (ARGS="--show" only shows)
	@$(RUN) -m scripts.reconcile $(ARGS)

ach: $(READY) ## ACH files and return rates beside their limits; a refused file again (ARGS="--requeue FILE")
	@$(RUN) -m scripts.ach $(ARGS)

infra: $(READY) ## all that can be proved about infra/ without a cloud: form, schemas, plans, policies, tests, checkov
	@$(RUN) -m scripts.infra

bundles: $(READY) ## each function's code in a zip for Terraform, named by its hash
	@$(RUN) -m scripts.bundle

capacity: $(READY) ## at RATE payments a second: which limit is met first, instances, a month's cost (RATE=50 ARGS="--peak 4 --json")
	@$(RUN) -m scripts.capacity --rate $(RATE) $(ARGS)

bootstrap: $(READY) ## once for a project: the bucket of the state, the deployer, CI's way in (ENVIRONMENT=dev PROJECT=id)
	@$(RUN) -m scripts.deploy bootstrap $(DEPLOYMENT)

plan: $(READY) ## what a deployment would change (ENVIRONMENT=dev PROJECT=id, ARGS=--read-only takes no lock)
	@$(RUN) -m scripts.deploy plan $(DEPLOYMENT) $(ARGS)

deploy: $(READY) ## show the plan, ask, apply it, say what is left to people (ENVIRONMENT=dev PROJECT=id, ARGS=--yes asks nobody)
	@$(RUN) -m scripts.deploy apply $(DEPLOYMENT) $(ARGS)

destroy: $(READY) ## tear down an environment that has no deletion protection (ENVIRONMENT=dev PROJECT=id)
	@$(RUN) -m scripts.deploy destroy $(DEPLOYMENT)

doctor: $(READY) ## say which of Google's emulators are missing, and how to install them
	@$(RUN) -m emulators doctor

clean: ## remove environments and run folders
	@rm -rf $(VENV) .venv-bigquery .venv-checkov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@# The state of a bootstrap that was interrupted is nowhere else.
	@if [ -d .clearway ]; then find .clearway -mindepth 1 -maxdepth 1 ! -name deploy -exec rm -rf {} +; fi
