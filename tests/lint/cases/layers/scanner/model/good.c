/* SPDX-License-Identifier: Apache-2.0 */
#include "model/good.h"
#include "base/err.h"
#include "ext/json.h"
#include <stdio.h>
/* #include "store/db.h" in a comment is none */
