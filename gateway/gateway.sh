#!/bin/sh
# Runs the gateway as a bundle. Loaded by tsx, it would hold a thread and 40 MB more for as long as it runs. Each start
# has a folder of its own, named by its process, so that one that begins takes no file from one that runs.
case "$1" in -*) exec tsx gateway/main.ts "$@" ;; esac
tsx gateway/bundle.ts "$$" && exec node --max-semi-space-size=32 "generated/gateway/$$/main.js" "$@"
