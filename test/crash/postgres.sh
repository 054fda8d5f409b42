#!/usr/bin/env bash
# The crash test on PostgreSQL: run it by test/with-postgres.
set -euo pipefail
cd "$(dirname "$0")/../.."
CASESTREAM_CRASH_STORE="${CASESTREAM_TEST_PG:?run this by test/with-postgres}" \
  go test ./test/crash -count=1 -v -run Killed -args -cycles="${CASESTREAM_CRASH_CYCLES:-10}"
