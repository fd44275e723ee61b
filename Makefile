# Each command prepares what it needs on its own; see CONTRIBUTING.md.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: fuzz openapi help bootstrap demo example test fire mutants lint format bench eval-sharing eval-alerts lock messages crash

help:  ## Show the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

bootstrap:  ## Prepare .venv with the pinned dependencies
	@scripts/bootstrap.sh

# `exec`, so that Ctrl-C and signals reach the launcher itself.
demo: bootstrap  ## Run everything on this machine (PORT=8000 DEMO_DIR=.demo FRESH=1; DATABASE_URL= REDIS_URL= STRIPE_SECRET_KEY= for services of yours)
	@exec $(PYTHON) -m demo --follow-parent

example: bootstrap  ## Run the sample vendor application beside a running demo
	@exec $(PYTHON) examples/vendor_app/run.py

test: bootstrap  ## Run every check and every test (ARGS= goes to pytest)
	@$(PYTHON) -m scripts.checks test $(ARGS)

fire: bootstrap  ## Live hundreds of organizations' lives against the Stripe sandbox (LIVES=300)
	@$(PYTHON) -m tests.fire $(LIVES)

mutants: bootstrap  ## Change the rules of billing in a thousand small ways; the unit tests must notice (ARGS=module)
	@$(PYTHON) -m scripts.mutants $(ARGS)

lint: bootstrap  ## Run every check, without the tests
	@$(PYTHON) -m scripts.checks lint

format: bootstrap  ## Format the code and the templates
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .
	@git ls-files -z --cached --others --exclude-standard -- '*/templates/*.html' 'templates/*.html' | \
		xargs -0 -r .venv/bin/djade --target-version 6.1

bench: bootstrap  ## Measure against the floors (only=ingest,entitlement,... for some sections)
	@$(PYTHON) -m tests.load --only "$(only)" $(ARGS)

eval-sharing: bootstrap  ## Measure the detector of shared accounts (PRACTICE= labelled population; ARGS=--fit fits the weights, ARGS="--fit --labels FILE" with answers)
	@$(PYTHON) -m tests.sharing $(if $(PRACTICE),--practice $(PRACTICE)) $(ARGS)

eval-alerts: bootstrap  ## Count the seat alerts of a simulated year, by kind of organization (ARGS="--clear-days 14" tries another setting)
	@$(PYTHON) -m tests.alerts $(ARGS)

fuzz: bootstrap  ## Send the API data of every kind for as long as you like (FUZZ_SECONDS=900 FUZZ_EXAMPLES=50 FUZZ_TAGS="billing webhooks" for some operations)
	@FUZZ_PHASES=examples,coverage,fuzzing,stateful FUZZ_SECONDS=$(or $(FUZZ_SECONDS),900) FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),50) $(PYTHON) -m pytest tests/integration/api/schemathesis_run.py tests/integration/api/test_bad_bodies.py -q $(ARGS)

openapi: bootstrap  ## Write docs/openapi.yaml anew
	@DJANGO_SETTINGS_MODULE=config.settings.test $(PYTHON) manage.py spectacular --file docs/openapi.yaml --fail-on-warn

crash: bootstrap  ## Kill web, worker, PostgreSQL and broker under load; every event must be counted once (ROUNDS=25)
	@$(PYTHON) -m tests.crash $(ROUNDS)

messages: bootstrap  ## Bring the translation catalogs in line with the source
	@$(PYTHON) -m scripts.extract_messages
	@$(PYTHON) -m scripts.compile_messages

lock: bootstrap  ## Compile requirements/*.in to their pinned files (ARGS=--upgrade)
	@scripts/lock.sh $(ARGS)

export PORT DEMO_DIR FRESH
