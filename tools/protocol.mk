# Pages and types generated from messages.def; included by the root Makefile.
$(BUILD)/bin/generate-protocol: tools/generate_protocol.cc tools/protocol_tables.cc \
                                tools/protocol_typescript.cc $(BUILD)/lib/protocol.a $(BUILD)/lib/base.a
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(CPPFLAGS) $(UNOPTIMIZED) $(LDFLAGS) -o $@ $^

protocol: $(BUILD)/bin/generate-protocol  ## write the protocol page's tables and the TypeScript types
	$(Q)$< .

check-protocol: $(BUILD)/bin/generate-protocol  ## fail when what follows from the protocol is stale
	$(Q)$< --check .

.PHONY: protocol check-protocol
