# Everything that `make test` runs, and its parts. The suites themselves are in tests/run.py.
SUITES ?= lint generated tidy unit client browser integration docker fuzz sanitizers
ifdef SANITIZER
SUITES = unit integration
endif

test: test-tools  ## install what tests need and run every suite (SUITES="unit lint" for some)
	@$(PYTHON) tests/run.py --build $(BUILD) --jobs $(JOBS) $(SUITES)

test-tools:
	@tools/install-packages build run test
	@tools/node-packages tests/integration/node
	@tools/node-packages html

test-programs: $(BUILD)/chatd unit-programs

lint: test-tools  ## check layers, coroutine rules, headers, file lengths, format and the like
	@$(PYTHON) -m pytest -q -p no:cacheprovider tests/lint

# Each file that clang-tidy passed leaves a stamp, made anew when its object is.
TIDY_STAMPS = $(patsubst src/%.cc,$(BUILD)/tidy/%.ok,$(wildcard src/*.cc src/*/*.cc))
$(BUILD)/tidy/%.ok: src/%.cc $(BUILD)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY  $<"
	$(Q)clang-tidy --quiet $< -- $(CPPFLAGS) -std=c++20 2>/dev/null
	@touch $@
tidy: $(TIDY_STAMPS)  ## run clang-tidy on every source file that changed since it passed

format:  ## lay out all C++ by .clang-format
	clang-format -i $(shell find src tests -name '*.cc' -o -name '*.h')

# Each generator has a fragment of its own, tools/NAME.mk, with `NAME` to write and `check-NAME`.
check-generated: $(patsubst tools/%.mk,check-%,$(wildcard tools/*.mk))  ## check that generated files are what their sources give

test-upgrade: $(BUILD)/chatd test-tools  ## 20 upgrades and 50 reloads under load, with their figures
	CHATD_UPGRADES=20 CHATD_RELOADS=50 CHATD_CONNECTION_RATE=200 CHATD=$(abspath $(BUILD)/chatd) \
	  $(PYTHON) -m pytest -q -s tests/integration/test_upgrade.py tests/integration/test_signals.py \
	  -k "under_load or again_and_again"

test-bare:  ## follow the README in a fresh Debian 12 (slow, needs root)
	@tools/install-packages bare
	tests/bare/run

test-docker:  ## walk the Dockerfile's own steps in a fresh Debian 12 (slow, needs root)
	@tools/install-packages bare
	$(PYTHON) tests/docker/walk.py

.PHONY: test test-upgrade test-tools test-programs lint tidy format check-generated test-bare test-docker
