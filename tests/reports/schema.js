// SPDX-License-Identifier: Apache-2.0
// Validates a document, or each element of an array, under a JSON Schema.
//   node schema.js 2020|draft7 SCHEMA DOCUMENT [each]
'use strict';
const fs = require('fs');
const [draft, schemaPath, path, each] = process.argv.slice(2);
const Ajv = draft === '2020' ? require('ajv/dist/2020') : require('ajv');
const ajv = new Ajv({ strict: false, allErrors: false });
require('ajv-formats')(ajv);
const valid = ajv.compile(JSON.parse(fs.readFileSync(schemaPath, 'utf8')));
const whole = JSON.parse(fs.readFileSync(path, 'utf8'));
const documents = each ? whole : [whole];
if (!documents.length) {
	console.error('there is nothing to validate');
	process.exit(1);
}
let bad = 0;
for (const [i, document] of documents.entries()) {
	if (valid(document) || ++bad > 5)
		continue;
	for (const error of valid.errors)
		console.error(`${i}${error.instancePath}: ${error.message}`);
}
process.exit(bad ? 1 : 0);
