# The attack of tests/integration/test_guessing.py with as many guesses as the project promises.
GUESSES ?= 100000

guess: all test-tools  ## 100,000 password guesses against an account whose owner goes on
	@GUESSES=$(GUESSES) CHATD=$(abspath $(BUILD)/chatd) $(PYTHON) -m pytest -q -s \
	  tests/integration/test_guessing.py

.PHONY: guess
