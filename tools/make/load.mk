# The load client of the big integration tests: tests/load, a program of its own.
LOAD_OBJECTS = $(patsubst tests/load/%.cc,$(BUILD)/load/%.o,$(wildcard tests/load/*.cc))

# What other programs share of it.
LOAD_PARTS = $(filter-out %/main.o %/herd.o %/options.o,$(LOAD_OBJECTS))

$(BUILD)/load/%.o: tests/load/%.cc
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) -Itests $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/bin/load: $(LOAD_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ -lssl -lcrypto

# What attackers do: tests/load/siege, which shares the load client's connections.
SIEGE_OBJECTS = $(patsubst tests/load/%.cc,$(BUILD)/load/%.o,$(wildcard tests/load/siege/*.cc))
$(BUILD)/bin/siege: $(SIEGE_OBJECTS) $(LOAD_PARTS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ -lssl -lcrypto

load-client: $(BUILD)/bin/load $(BUILD)/bin/siege

abuse: all load-client  ## slow clients, stalled readers and a million aborted connections, with figures
	@CHATD=$(CURDIR)/$(BUILD)/chatd ABUSE=full $(PYTHON) -m pytest -q -s -p no:cacheprovider \
	  tests/integration/test_siege.py

-include $(wildcard $(BUILD)/load/*.d $(BUILD)/load/siege/*.d)
.PHONY: load-client abuse
