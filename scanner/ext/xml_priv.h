/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the XML door share.
 */
#ifndef EP_XML_PRIV_H
#define EP_XML_PRIV_H

#include "ext/xml.h"

/* Before any other call of libxml2; again does no harm. */
void ep_xml_start(void);

#endif
