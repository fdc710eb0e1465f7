/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to utf8proc: names of people in one spelling, so that two that
 * look alike are alike.
 */
#ifndef EP_TEXT_H
#define EP_TEXT_H

/* A name for comparing: composed and compatible forms as one (NFKC), case
 * folded, invisible characters left out, runs of blanks as one and none at
 * the ends.  Accents stay: they tell people apart.  Text that is no UTF-8 is
 * folded in its ASCII letters alone.  NULL for NULL, and for what holds
 * nothing else than blanks or is longer than EP_TEXT_BYTES_MAX. */
char *ep_text_fold(const char *s);

#endif
