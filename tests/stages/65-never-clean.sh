#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sample of the lies that vendors may tell; all: make check-never-clean.
exec sh "$(dirname "$0")/../fault/never-clean/run.sh"
