/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "check/rule.h"
#include "store/store.h"
