// SPDX-License-Identifier: Apache-2.0
// node compile.js MODULES DOCUMENT: Prism judges nothing by a schema that its
// validator cannot compile, and does not say so.  This has Prism judge by the
// schema of each answer and by one that takes nothing: the schemas that find
// no fault even so are named, then how many there were.
'use strict';

const [modules, file] = process.argv.slice(2);
const prism = `${modules}/@stoplight/prism-http/dist`;
const { getHttpOperationsFromSpec } = require(`${prism}/utils/operations`);
const { validateAgainstSchema } =
	require(`${prism}/validator/validators/utils`);

function judges(schema, operation) {
	const found = validateAgainstSchema({}, { allOf: [schema, false] },
		false, 'output', 'body', operation.__bundled__);

	return found._tag === 'Some';
}

async function main() {
	let n = 0;

	for (const operation of await getHttpOperationsFromSpec(file))
		for (const answer of operation.responses)
			for (const { schema } of answer.contents ?? []) {
				if (!schema)
					continue;
				n++;
				if (!judges(schema, operation))
					console.log(`${operation.path} ${answer.code}`);
			}
	console.log(`${n} schemas`);
}

main();
