# chatd: build, run and test. `make help` lists the targets.
#
# BUILD=DIR      where everything made goes (default: build)
# SANITIZER=LIST compile with -fsanitize=LIST into a directory of its own, as in address,undefined
# DEBUG=FLAGS    debug information (default: -g1, enough for backtraces with line numbers; -g for gdb)
# V=1            show whole commands
comma := ,
ifdef SANITIZER
BUILD = build/$(subst $(comma),-,$(SANITIZER))
else
BUILD ?= build
endif
ifeq ($(origin CXX),default)
CXX := $(shell command -v ccache) g++
endif
DEBUG ?= -g1
PYTHON := /usr/bin/python3
JOBS := $(shell nproc)
Q := $(if $(V),,@)

# The rooms of src/ by rank: a room includes itself and rooms of a lower rank only.
ROOMS_0 = base
ROOMS_1 = coro config picture protocol websocket net
ROOMS_2 = store session
ROOMS_3 = bus
ROOMS_4 = features
ROOMS_5 = process
RANKS = 0 1 2 3 4 5
ROOMS = $(foreach rank,$(RANKS),$(ROOMS_$(rank)))

CPPFLAGS += -Isrc -DMSGPACK_NO_BOOST -DSPDLOG_FMT_EXTERNAL -DSPDLOG_COMPILED_LIB
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
HARDENING = -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2
OPTIMIZE = -O2
ifdef SANITIZER
OPTIMIZE = -O1
# The sanitizers' own code sets off false alarms about uninitialised values in g++ 12.
HARDENING = -fsanitize=$(SANITIZER) -fno-sanitize-recover=all -fno-omit-frame-pointer \
            -Wno-maybe-uninitialized
LDFLAGS += -fsanitize=$(SANITIZER)
endif
CXXFLAGS += -std=c++20 $(OPTIMIZE) $(DEBUG) -fPIE $(HARDENING) $(WARNINGS)
# Unit tests are compiled once, plain: linked with the rooms of either kind, it is the rooms that
# the sanitizers watch.
UNIT_BUILD = $(if $(SANITIZER),build,$(BUILD))/unit
UNOPTIMIZED = -std=c++20 -O0 $(DEBUG) -fPIE $(WARNINGS)
LDFLAGS += -pie -Wl,-z,relro,-z,now
LDLIBS = -levent_core -levent_extra -lssl -lcrypto -lhiredis -lsodium -lcrypt -lmagic -lz \
         -lspdlog -lfmt -lseccomp -lturbojpeg -lpng16 -lgif -lwebp -lwebpdemux -lpthread

LIBS = $(ROOMS:%=$(BUILD)/lib/%.a)
UNIT_TESTS = $(ROOMS:%=$(BUILD)/bin/unit-%)

all: $(BUILD)/chatd  ## build the server, build/chatd, and its web client, html/dist

$(BUILD)/chatd: $(BUILD)/obj/main.o $(LIBS)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $< -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

$(BUILD)/obj/%.o: src/%.cc
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(UNIT_BUILD)/%.o: tests/unit/%.cc
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) $(UNOPTIMIZED) -Itests/unit -MMD -MP -c -o $@ $<

# room_rules ROOM, ROOMS_BELOW: the room's archive, its unit tests, and `unit-ROOM` to run them.
define room_rules
$(BUILD)/lib/$(1).a: $$(patsubst src/%.cc,$(BUILD)/obj/%.o,$$(wildcard src/$(1)/*.cc))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
$(BUILD)/bin/unit-$(1): $$(patsubst tests/unit/%.cc,$(UNIT_BUILD)/%.o,$$(wildcard tests/unit/$(1)/*.cc)) \
                        $(patsubst %,$(BUILD)/lib/%.a,$(1) $(2))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	$$(Q)$$(CXX) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) \
	  -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LDLIBS) -lgtest_main -lgtest
unit-$(1): $(BUILD)/bin/unit-$(1)
	$$<
.PHONY: unit-$(1)
endef

below :=
$(foreach rank,$(RANKS),\
  $(foreach room,$(ROOMS_$(rank)),$(eval $(call room_rules,$(room),$(below))))\
  $(eval below += $(ROOMS_$(rank))))

unit-programs: $(UNIT_TESTS)
unit: $(ROOMS:%=unit-%)  ## build and run the unit tests

# Tests include headers of all rooms below, so every object knows its headers.
-include $(wildcard $(BUILD)/obj/*.d $(BUILD)/obj/*/*.d $(UNIT_BUILD)/*/*.d)

# In this order: the bench is linked with the load client's parts.
include $(patsubst %,tools/make/%.mk,client guess run test fuzz load bench chaos)
-include tools/*.mk

clean:  ## remove everything that was built; data, certificates and uploads stay
	rm -rf $(BUILD)

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort

.DEFAULT_GOAL := all
.PHONY: all unit unit-programs clean help
