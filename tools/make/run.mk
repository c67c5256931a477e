# Run the server from the tree, and install it on a machine.
PORT ?= 8080
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
STATEDIR ?= /var/lib/chatd

run:  ## install what is missing, build, and serve https://localhost:8080 (PORT=N, ARGS="options")
	@tools/install-packages build run
	+@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS)) all
	@tools/serve $(BUILD)/chatd $(PORT) $(ARGS)

install: all  ## install the server, its page, configuration and systemd unit (PREFIX, DESTDIR)
	install -D -m 755 $(BUILD)/chatd $(DESTDIR)$(PREFIX)/sbin/chatd
	install -d $(DESTDIR)$(PREFIX)/share/chatd
	rm -rf $(DESTDIR)$(PREFIX)/share/chatd/html
	cp -Rp html/dist $(DESTDIR)$(PREFIX)/share/chatd/html
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/chatd docs/*.md
	test -e $(DESTDIR)$(SYSCONFDIR)/chatd/chatd.toml || \
	  { install -d $(DESTDIR)$(SYSCONFDIR)/chatd && sed -e 's,^#data = .*,data = "$(STATEDIR)/data",' \
    -e 's,^#upload = .*,upload = "$(STATEDIR)/upload",' \
    -e 's,^#html = .*,html = "$(PREFIX)/share/chatd/html",' conf/chatd.toml \
    > $(DESTDIR)$(SYSCONFDIR)/chatd/chatd.toml; }
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,@PREFIX@,$(PREFIX),g; s,@SYSCONFDIR@,$(SYSCONFDIR),g' conf/chatd.service.in \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/system/chatd.service

.PHONY: run install
