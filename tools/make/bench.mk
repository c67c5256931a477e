# `make bench`: chatd measured against others. BENCH="--quick", "--figures idle,deliver --peers chatd,ws".
BENCH_CLIENT = $(patsubst tests/bench/%.cc,$(BUILD)/bench/%.o,$(wildcard tests/bench/client/*.cc))

$(BUILD)/bench/%.o: tests/bench/%.cc
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) -Itests $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/bin/bench-client: $(BENCH_CLIENT) $(LOAD_PARTS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ -lssl -lcrypto

$(BUILD)/bin/bench-floor: $(BUILD)/bench/floor/floor.o
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ -levent_core -lssl -lcrypto

bench-programs: load-client $(BUILD)/bin/bench-client $(BUILD)/bin/bench-floor

bench-tools: test-tools
	@tools/install-packages bench
	@tools/node-packages tests/bench/peers

bench: all bench-programs bench-tools  ## measure the server against others, in half an hour (BENCH="--quick")
	@CHATD=$(abspath $(BUILD)/chatd) LOAD_BUILD=$(abspath $(BUILD)) $(PYTHON) tests/bench/run.py --build $(abspath $(BUILD)) $(BENCH)

bench-page:  ## write the newest results of `make bench` into docs/performance.md
	@$(PYTHON) tests/bench/page.py $(BUILD)/bench/results.json

-include $(wildcard $(BUILD)/bench/*/*.d)
.PHONY: bench bench-page bench-programs bench-tools
