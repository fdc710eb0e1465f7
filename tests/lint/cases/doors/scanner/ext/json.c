/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include "ext/json.h"
