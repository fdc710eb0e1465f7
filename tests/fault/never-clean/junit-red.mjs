// SPDX-License-Identifier: Apache-2.0
// The word of junit2json and of junit-to-ctrf on cases that must be red: as
// junit_red.py.  The second knows a case by its suite and its name.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const require = createRequire(join(modules, "x.js"));
const json = await import(pathToFileURL(require.resolve("junit2json")));
const parse = json.parse || json.default.parse;
const ctrf = await import(pathToFileURL(
	join(modules, "junit-to-ctrf", "dist", "index.js")));
const say = (reader, job, green) =>
	console.log(JSON.stringify({ reader, job, green }));

const jobs = JSON.parse(readFileSync(0, "utf8"));
for (const [number, job] of jobs.entries()) {
	const root = await parse(readFileSync(job.file, "utf8"));
	const red = new Set();
	for (const suite of root.testsuite)
		for (const one of suite.testcase || [])
			if (one.failure || one.error)
				red.add(one.classname + "\n" + one.name);
	say("junit2json", number, job.red
		.filter(([where, name]) => !red.has(where + "\n" + name))
		.map((key) => key.join(" ")));

	const told = await ctrf.convertJUnitToCTRFReport(job.file,
		{ useSuiteName: true });
	const failed = new Set(told.results.tests
		.filter((one) => one.status === "failed")
		.map((one) => one.name));
	say("junit-to-ctrf", number, job.red
		.filter(([where, name]) => !failed.has(
			where.slice(0, where.lastIndexOf(".")) + ": " + name))
		.map((key) => key.join(" ")));
}
