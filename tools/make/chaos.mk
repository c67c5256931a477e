# Everything that can go wrong, under load. CHAOS="--faults 20 --seed 7" for other numbers.
chaos: all test-tools  ## 200 random faults against 500 clients on two nodes; prints what was lost (nothing)
	CHATD=$(abspath $(BUILD)/chatd) $(PYTHON) tests/chaos/run.py $(CHAOS)

.PHONY: chaos
