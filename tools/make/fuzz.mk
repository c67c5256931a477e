# Fuzz targets: tests/fuzz/NAME_fuzz.cc, linked with the rooms that only turn bytes into values
# and the files of others that do,
# all of it compiled by clang with libFuzzer, ASan and UBSan.
FUZZ_TIME ?= 600
FUZZ_ROOMS = base config picture protocol websocket net
FUZZ_FILES = src/session/cookie.cc src/features/tus_request.cc src/store/digest.cc
FUZZ_TARGETS = $(patsubst tests/fuzz/%.cc,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.cc))
FUZZ_OBJECTS = $(foreach room,$(FUZZ_ROOMS),\
  $(patsubst src/%.cc,$(BUILD)/fuzz/obj/%.o,$(wildcard src/$(room)/*.cc))) \
  $(FUZZ_FILES:src/%.cc=$(BUILD)/fuzz/obj/%.o)
FUZZ_CXX = $(shell command -v ccache) clang++
FUZZ_FLAGS = -std=c++20 -O1 $(DEBUG) -fno-omit-frame-pointer -fno-sanitize-recover=all \
             -fsanitize=address,undefined

$(BUILD)/fuzz/obj/%.o: src/%.cc
	@mkdir -p $(@D)
	@echo "  FUZZ  $<"
	$(Q)$(FUZZ_CXX) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/rooms.a: $(FUZZ_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.cc $(BUILD)/fuzz/rooms.a
	@echo "  LINK  $@"
	$(Q)$(FUZZ_CXX) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $(filter %.cc %.a,$^) $(LDLIBS)

fuzz-programs: $(FUZZ_TARGETS)

fuzz: fuzz-programs  ## look for new inputs that break a decoder, FUZZ_TIME seconds each (default: 600)
	@$(PYTHON) tests/run.py --build $(BUILD) --jobs $(JOBS) --fuzz-seconds $(FUZZ_TIME) fuzz

-include $(wildcard $(BUILD)/fuzz/*.d $(BUILD)/fuzz/obj/*/*.d)
.PHONY: fuzz fuzz-programs
.SECONDARY: $(FUZZ_OBJECTS)

# Line coverage of the parsers by the fuzz targets' seeds and by what earlier runs found: the targets
# once more, compiled for coverage, run over those inputs only.
COVERAGE = $(BUILD)/fuzz/coverage
COVERAGE_FLAGS = -std=c++20 -O0 $(DEBUG) -fprofile-instr-generate -fcoverage-mapping
COVERAGE_TARGETS = $(patsubst tests/fuzz/%.cc,$(COVERAGE)/%,$(wildcard tests/fuzz/*_fuzz.cc))

$(COVERAGE)/obj/%.o: src/%.cc
	@mkdir -p $(@D)
	@echo "  COVER $<"
	$(Q)$(FUZZ_CXX) $(CPPFLAGS) $(COVERAGE_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(COVERAGE)/rooms.a: $(FUZZ_OBJECTS:$(BUILD)/fuzz/obj/%=$(COVERAGE)/obj/%)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(COVERAGE)/%_fuzz: tests/fuzz/%_fuzz.cc $(COVERAGE)/rooms.a
	@echo "  LINK  $@"
	$(Q)$(FUZZ_CXX) $(CPPFLAGS) $(COVERAGE_FLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $(filter %.cc %.a,$^) $(LDLIBS)

fuzz-coverage: $(COVERAGE_TARGETS)  ## how many lines of each parser the fuzz targets' inputs reach
	@$(PYTHON) tests/fuzz/coverage.py $(BUILD)/fuzz

-include $(wildcard $(COVERAGE)/*.d $(COVERAGE)/obj/*/*.d)
.PHONY: fuzz-coverage
.SECONDARY: $(FUZZ_OBJECTS:$(BUILD)/fuzz/obj/%=$(COVERAGE)/obj/%)
