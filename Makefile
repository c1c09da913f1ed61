# Two commands are all a newcomer needs: 'make run' and 'make test'. Both install what is missing first.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
OUT := demo-out
FAULT_SECONDS := 300
FUZZ_SECONDS := 60

# Broker; zbar for the second barcode engine; OpenGL in software, so that the screens draw without a display; Pango for PDF.
PACKAGES := python3-venv mosquitto libzbar0 libgl1 libgl1-mesa-dri libegl1 libegl-mesa0 libgles2 libmtdev1 \
	libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Programs we did not write and test against.
TEST_PACKAGES := chromium systemd postgresql

.PHONY: help run test lint gallery bench faults clean packages test-packages

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: packages $(VENV)/.demo ## Install what is needed and run the whole system, hardware pretended
	@$(BIN)/pustaka demo --out $(OUT)

test: packages test-packages $(VENV)/.test lint ## Install what is needed and run every test
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test ## Style, types and the layers between packages
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy && $(BIN)/lint-imports

gallery: packages $(VENV)/.demo ## A picture of every screen, in both languages and two sizes, in gallery/
	@$(BIN)/pustaka gallery --out gallery

bench: packages $(VENV)/.test ## Speed and memory beside what one would use instead; prints what ran
	@$(BIN)/python -m benchmarks

faults: packages $(VENV)/.faults ## Journeys with pulled plugs, power cuts, bad lines, stories, fuzzing; prints what ran
	@for journey in tests/journeys/*.txt; do echo "== $$journey"; \
	  $(BIN)/pustaka demo --headless --script $$journey --out $(OUT)/$$(basename $$journey .txt) || exit 1; done
	@echo "== campaigns"; $(BIN)/python tests/faults/campaign.py --seconds $(FAULT_SECONDS)
	@for what in sip2 rfid; do \
	  echo "== fuzzing $$what"; $(BIN)/python tests/faults/fuzz_$$what.py --seconds $(FUZZ_SECONDS) || exit 1; \
	  echo "== fuzzing $$what with a known fault, which must be found"; \
	  status=0; $(BIN)/python tests/faults/fuzz_$$what.py --seconds $(FUZZ_SECONDS) --control >/dev/null || status=$$?; \
	  if ! $(BIN)/python -c 'import atheris' 2>/dev/null; then echo skipped; \
	  elif [ $$status = 1 ]; then echo found; else echo "not found"; exit 1; fi; done

clean: ## Remove the virtual environment and what was written by runs
	rm -rf $(VENV) $(OUT) gallery .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

packages:
	@$(call install,$(PACKAGES))

test-packages:
	@$(call install,$(TEST_PACKAGES))

# Ask apt only for what is missing, as root or through sudo.
define install
missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then \
  command -v apt-get >/dev/null || { echo "Please install by hand (this is no Debian): $$missing" >&2; exit 1; }; \
  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
  echo "Installing" $$missing; \
  $$as_root apt-get update -qq && \
  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
  || { echo "Installing failed. With a network, run: sudo apt-get install" $$missing >&2; exit 1; }; \
fi
endef

$(BIN)/python:
	@python3 -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	  f"Python 3.11, 3.12 or 3.13 is needed; this is {v[0]}.{v[1]}.")'
	@python3 -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "The virtual environment $(VENV) cannot be made here. Is this folder read-only, or the disk full?" >&2; exit 1; }

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Python packages into $(VENV)"
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[demo]' \
	  || { echo "Python packages could not be installed; is there a network?" >&2; exit 1; }
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Python packages into $(VENV)"
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]' \
	  || { echo "Python packages could not be installed; is there a network?" >&2; exit 1; }
	@touch $@ $(VENV)/.demo

# The fuzzer has no build for some machines; without it the rest still runs.
$(VENV)/.faults: $(VENV)/.test
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[faults]' \
	  || echo "The fuzzer atheris cannot be installed here; fuzzing will be skipped." >&2
	@touch $@
