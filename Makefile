# onboard: `make demo` shows it, `make test` proves it. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test check dates prove crash soak years faults relay bench pictures lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.run: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(RUN) -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

demo: $(VENV)/.run ## a Monday in a sample lab: reads, judges, mails to a catcher; leaves demo/ to look at
	$(BIN)/onboard demo

test: $(VENV)/.dev ## everything, in about a quarter of an hour
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(RUN) -m pytest -n 2 --dist loadgroup

check: $(VENV)/.dev ## linter, types and walls only
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/lint-imports

dates: $(VENV)/.dev ## the tests once more on a Tuesday, a Saturday and 29 Feb 2028 (needs Debian's faketime)
	$(RUN) -m tests.dates

prove: $(VENV)/.dev ## the judge against a day-by-day reckoner, 100,000 person-protocol-days and 1,000 labs of questions; any strings and any days in any cell, and whom one cell touches
	$(RUN) tests/reckoner/prove.py --days 100000
	$(RUN) tests/reckoner/prove_questions.py --labs 1000
	$(RUN) -m tests.judging.fuzz --tables 10000
	$(RUN) -m tests.hostile.any_dates --labs 100
	$(RUN) -m tests.hostile.one_cell

crash: $(VENV)/.dev ## a hundred SIGKILLs while 3,000 messages go out, SQLite and PostgreSQL
	$(RUN) tests/pipeline/crash.py --messages 3000 --kills 100

soak: $(VENV)/.dev ## sixty simulated days of the service: outages, kills, restarts, both days the clocks change
	$(RUN) -m tests.jobs.soak

years: $(VENV)/.dev ## three simulated years of a lab: every mail against the list that was read line by line
	$(RUN) -m tests.story.test_three_years

faults: $(VENV)/.dev ## every fault of REDCap at every call of one read: wrong mails, right mails missing (twenty minutes)
	$(RUN) -m tests.connecting.read_faults

relay: $(VENV)/.dev ## four weeks beside a relay that knows, lists, counts and forgets us; one reader full, one gone, no answers for two days
	$(RUN) -m tests.pipeline.four_weeks

bench: $(VENV)/.dev ## how fast it is, each figure against its floor (half an hour; BENCH= gives sizes)
	$(RUN) tests/bench/bench.py $(BENCH)

pictures: $(VENV)/.dev ## make the README's pictures and the sheets of all mails anew (needs chromium)
	$(RUN) tests/pictures/make.py

lock: $(VENV)/.dev ## write requirements.lock from what is installed
	$(RUN) -m pip freeze --exclude-editable --exclude onboard | LC_ALL=C sort -f > requirements.lock

clean: ## remove what the targets made
	rm -rf $(VENV) demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
