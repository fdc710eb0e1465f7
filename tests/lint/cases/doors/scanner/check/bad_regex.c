/* SPDX-License-Identifier: Apache-2.0 */
#include <pcre2.h>
