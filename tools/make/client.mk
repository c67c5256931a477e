# The web client: html/dist, built by Vite when its sources changed, and served by chatd.
CLIENT_SOURCES = html/index.html html/package-lock.json html/vite.config.ts html/tsconfig.json \
  $(wildcard html/.env html/.env.local) $(shell find html/src html/public html/tools -type f)

html/node_modules/.locked: html/package-lock.json tools/node-packages
	@tools/node-packages html
	@touch $@

html/dist/index.html: $(CLIENT_SOURCES) html/node_modules/.locked
	@echo "  VITE  html/dist"
	$(Q)cd html && ../tools/node node_modules/vite/bin/vite.js build --logLevel warn
	@touch $@

client: html/dist/index.html  ## build the web client, html/dist

client-check: html/dist/index.html  ## check the types of the web client, and run its unit tests
	cd html && ../tools/node node_modules/vue-tsc/bin/vue-tsc.js --noEmit -p tsconfig.json
	cd html && ../tools/node node_modules/vitest/vitest.mjs run

lighthouse: $(BUILD)/chatd html/dist/index.html test-tools  ## Lighthouse's marks for the web client (minutes; fetches its package)
	cd html && CHATD=$(abspath $(BUILD)/chatd) ../tools/node node_modules/vitest/vitest.mjs run --config vitest.lighthouse.config.ts

calls: $(BUILD)/chatd html/dist/index.html test-tools  ## calls between browsers, over a relay, through faults, and of six people 20 times (minutes)
	@tools/install-packages calls
	cd html && CHATD=$(abspath $(BUILD)/chatd) ../tools/node node_modules/vitest/vitest.mjs run --config vitest.mesh.config.ts

all: client
.PHONY: client client-check lighthouse calls
