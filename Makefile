# Everything here is a plain command that can be run by itself; nothing but `make demo` and `make test` is ever needed.
.DEFAULT_GOAL := help
.PHONY: help demo demo-web test conformance lint test-rust test-simulation test-wasm test-python test-js fuzz soak planted tsan loom mutants coverage supply-chain bench fmt clean
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# Under another HOME rustup's proxies find no toolchain: it is beside the directory that they are in.
ifndef RUSTUP_HOME
ifneq ($(shell cargo --version >/dev/null 2>&1 || echo broken),)
RUSTUP_HOME := $(wildcard $(patsubst %/.cargo/bin/,%/.rustup,$(dir $(shell command -v cargo))))
ifneq ($(RUSTUP_HOME),)
export RUSTUP_HOME
endif
endif
endif

VENV := .venv
PY := $(VENV)/bin/python
RUFF := $(VENV)/bin/ruff
PYTHON_DIRS := bindings-python examples benches/python tests/python scripts

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/wheel ## a real client, a real server, a scripted outage of half a minute
	@$(PY) examples/demo

demo-web: ## the same for a page: break a server, watch what its client does, edit the policy
	scripts/build-js.sh all
	@node examples/demo-web/server.mjs $(PORT)

# Two at a time, the longest first. Those that build without optimising come one after the other, and share what they build.
PARTS := test-js test-python test-rust lint test-simulation test-wasm
test: ## everything, in every host
	@rm -rf target/parts
	@$(MAKE) --no-print-directory -j$(or $(JOBS),2) $(PARTS:%=part-%)
	@scripts/part.sh
	@$(MAKE) --no-print-directory conformance

# Its tools are those that the other installs.
part-lint: part-test-python

part-%:
	@MAKE='$(MAKE)' scripts/part.sh $*

conformance: ## what the suites of all hosts were asked and how they answered, side by side (UPDATE=1 writes docs/conformance.md)
	@node scripts/conformance.mjs

lint: $(VENV)/tools ## formats and lints, nothing is changed
	cargo fmt --check
	cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
	cargo clippy -p failsoft -p failsoft-node -p failsoft-wasm --locked -- -D warnings
	cargo clippy -p failsoft --no-default-features --features std --locked -- -D warnings
	cargo clippy -p failsoft-wasm --no-default-features --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --document-private-items --all-features --locked -p failsoft
	$(RUFF) format --check --config bindings-python/pyproject.toml $(PYTHON_DIRS)
	$(RUFF) check --config bindings-python/pyproject.toml $(PYTHON_DIRS)
	$(PY) scripts/httpx2.py --check

test-rust: ## unit, property and documentation tests, the vectors, the house rules
	cargo test --locked --all-features

# Not optimised: ten thousand are played in less time than it takes to optimise what plays them.
test-simulation: ## ten thousand schedules of callers, servers and clocks that fail
	cargo run --quiet --locked -p failsoft-simulation -- 0..10000

test-wasm: ## the core as a module of its own imports nothing
	wasm=$$(scripts/build-wasm.sh failsoft-purity dev | tail -n 1); node scripts/wasm-imports.mjs "$$wasm"

test-python: $(VENV)/wheel ## the installed wheel: stories, vectors, the samples of the documents, types, what the docs show
	$(PY) -m pytest -q -n $(or $(JOBS),2) bindings-python/tests
	$(PY) -m pytest -q -c bindings-python/pyproject.toml tests/python
	$(VENV)/bin/mypy --strict --config-file bindings-python/pyproject.toml bindings-python/python/failsoft bindings-python/python/_failsoft_pytest
	$(VENV)/bin/mypy --strict bindings-python/tests/typing_api.py bindings-python/tests/typing_testing.py
	$(VENV)/bin/pyright --project bindings-python --pythonpath $(PY)
	$(PY) -m mypy.stubtest failsoft._native

# Says what failed at its end.
NODE_TEST := node --test --test-reporter=spec
# Stories that hold for `failsoft/small` too.
SMALL := abort breaker config errors events fetch fetch-guards retry small time timeouts vectors
# Suites with clients of their own.
JS_SUITES := bindings-node/tests/fault bindings-node/tests/browser bindings-node/tests/hosts bindings-node/tests/peers
test-js: $(JS_SUITES:%=%/node_modules/.package-lock.json) ## the npm package: types, lints, one suite on both engines, Chromium, Deno, Bun, the tarball
	scripts/build-js.sh all
	node scripts/policy-types.mjs --check
	cd bindings-node && npx --no-install biome check --error-on-warnings .
	cd bindings-node && npx --no-install biome check --error-on-warnings --config-path=. ../examples/demo-web
	cd bindings-node && npx --no-install tsc --project tests/types
	cd bindings-node && npx --no-install publint --strict
	cd bindings-node && npx --no-install attw --pack . --profile node16 --quiet
	FAILSOFT_ENGINE=native $(NODE_TEST) bindings-node/tests/*.test.mjs
	FAILSOFT_ENGINE=wasm $(NODE_TEST) bindings-node/tests/*.test.mjs
	FAILSOFT_ENGINE=small $(NODE_TEST) $(SMALL:%=bindings-node/tests/%.test.mjs)
	@scripts/chromium.sh
	$(NODE_TEST) $(JS_SUITES:%=%/*.test.mjs)

# What tests alone need, installed as the lock file says.
%/node_modules/.package-lock.json: %/package-lock.json
	npm ci --prefix $* --silent
	@touch $@

SECONDS_EACH ?= 60
fuzz: ## a long search for inputs that break a promise (SECONDS_EACH=60 for each target)
	scripts/fuzz.sh $(SECONDS_EACH)

SEEDS ?= 0..1000000
# Time for all but the largest model to be walked to its end.
soak: export LOOM_MAX_DURATION := 600
soak: planted loom $(VENV)/wheel ## a million schedules, ten million calls in each host, and small machines walked farther than `make test` has time for
	cargo run --quiet --locked --profile simulation -p failsoft-simulation -- $(SEEDS)
	WALK=far cargo test --locked --profile simulation -p failsoft --lib walk -- --nocapture
	FAILSOFT_LOAD=1000 $(PY) -m pytest -q bindings-python/tests/test_load.py bindings-python/tests/test_forks.py
	scripts/build-js.sh all
	FAILSOFT_LOAD=1000 $(NODE_TEST) bindings-node/tests/workers.test.mjs

planted: ## bugs in a copy of the core, each of which the simulation has to find
	scripts/planted.sh

tsan: ## what threads share, under ThreadSanitizer (on Debian)
	scripts/tsan.sh

loom: ## what threads share, in every order of a few threads
	scripts/loom.sh

SHARD ?= 0/8
mutants: ## is each line of the core missed by a test? SHARD=0/8 is an eighth of the answer
	scripts/mutants.sh $(SHARD)

coverage: ## lines and branches of the core that its tests run, into docs/coverage.md
	scripts/coverage.sh

supply-chain: ## licences, sources, second versions and known faults of what comes with the core (the last asks a git repository)
	@command -v cargo-deny >/dev/null || { echo "missing: cargo-deny (cargo install --locked cargo-deny)"; exit 1; }
	cargo-deny --locked check

bench: $(VENV)/wheel ## nanoseconds over a bare call and what a page loads, beside the peers
	$(VENV)/bin/pip install -q -r benches/python/requirements.txt
	$(PY) benches/python/bench.py
	$(PY) benches/python/threads.py
	cargo bench --locked --manifest-path benches/Cargo.toml --target-dir target/benches
	scripts/build-js.sh all shapes
	cd benches/js && npm ci --silent && node bench.mjs && node shapes.mjs && node sizes.mjs

fmt: $(VENV)/tools ## formats everything
	cargo fmt
	$(RUFF) format --config bindings-python/pyproject.toml $(PYTHON_DIRS)

clean: ## forgets everything that was built
	rm -rf target $(VENV) bindings-wasm/pkg bindings-wasm/pkg-small bindings-node/*.node bindings-node/dist bindings-node/node_modules bindings-node/tests/*/node_modules benches/js/node_modules

$(VENV)/tools: requirements-dev.txt
	@command -v python3 >/dev/null || { echo "missing: Python 3.10 or later, with venv"; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "missing: Python 3.10 or later"; exit 1; }
	python3 -m venv $(VENV) || { echo "missing: the venv module (Debian: apt-get install python3-venv)"; exit 1; }
	$(PY) -m pip install -q --upgrade pip
	$(PY) -m pip install -q --no-compile -r requirements-dev.txt
	@touch $@

# The wheel, not an editable install: what is tested is what a user gets.
SOURCES := Cargo.toml Cargo.lock README.md LICENSE-APACHE LICENSE-MIT $(shell find core bindings-python/src bindings-python/python -type f -not -name '*.so' -not -path '*/__pycache__/*') bindings-python/Cargo.toml bindings-python/pyproject.toml
$(VENV)/wheel: $(VENV)/tools $(SOURCES)
	@cargo --version >/dev/null 2>&1 || { echo "missing: Rust (https://rustup.rs)"; exit 1; }
	rm -rf target/wheels
	CARGO_TARGET_DIR=target/python $(VENV)/bin/maturin build --quiet --release --locked --manifest-path bindings-python/Cargo.toml --out target/wheels --interpreter $(PY)
	$(PY) -m pip install -q --force-reinstall --no-deps target/wheels/*.whl
	@touch $@
