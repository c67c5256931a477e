# Pages generated from the options table; include from the root Makefile.
$(BUILD)/bin/generate-options: tools/generate_options.cc $(BUILD)/lib/config.a $(BUILD)/lib/base.a
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) $(UNOPTIMIZED) $(LDFLAGS) -o $@ $^ -lspdlog -lfmt -lpthread

options: $(BUILD)/bin/generate-options  ## write conf/chatd.toml and the options table
	$(Q)$< .

check-options: $(BUILD)/bin/generate-options  ## fail when a page of the options is stale
	$(Q)$< --check .

.PHONY: options check-options
