#!/bin/sh
# Runs the gateway as a bundle. Loaded by tsx, it would hold a thread and 40 MB more for as long as it runs. Each start
# has a folder of its own, named by its process, so that one that begins takes no file from one that runs. `node` may be
# a script that starts Node as its child: by the path of Node itself, this process becomes the gateway, and is told signals.
case "$1" in -*) exec tsx gateway/main.ts "$@" ;; esac
tsx gateway/bundle.ts "$$" && exec "$(node -p process.execPath)" --max-semi-space-size=32 "generated/gateway/$$/main.js" "$@"
