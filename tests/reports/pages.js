// SPDX-License-Identifier: Apache-2.0
// HTML pages in a real browser, which others wrote: axe and pa11y, in light
// and dark; no dialog, no request, no script, with the page's own content
// policy and without it, so that escaping alone is tested too.
//   node pages.js whole|quick CHROMIUM PROFILE PAGE...
// quick leaves axe and pa11y out.
// Prints one line for each complaint; exit status 1 when there is one.
'use strict';
const fs = require('fs');
const path = require('path');
const puppeteer = require('puppeteer-core');
const pa11y = require('pa11y');
const { HtmlValidate } = require('html-validate');
const [mode, chromium, profile, ...pages] = process.argv.slice(2);
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'),
	'utf8');
const validator = new HtmlValidate({
	root: true,
	extends: ['html-validate:standard', 'html-validate:a11y'],
});
let complaints = 0;

function complain(file, who, what) {
	complaints++;
	console.log(`${path.basename(file)}: ${who}: ${what}`);
}

async function validate(file) {
	const report = await validator.validateFile(file);

	for (const result of report.results)
		for (const message of result.messages)
			complain(file, 'html-validate', `${message.line}: ` +
				`${message.ruleId} ${message.message}`);
}

// What the page does by itself.
async function watch(browser, file, bypass) {
	const page = await browser.newPage();
	const url = 'file://' + path.resolve(file);

	await page.setBypassCSP(bypass);
	page.on('dialog', async dialog => {
		complain(file, 'browser', 'a dialog opened');
		await dialog.dismiss();
	});
	// The logo is in the page: its data: address leaves no machine.
	page.on('request', request => {
		if (request.url() !== url &&
			!/^data:image\/(png|svg\+xml);base64,/.test(request.url()))
			complain(file, 'browser', `asks for ${request.url()}`);
	});
	page.on('pageerror', () => complain(file, 'browser', 'a script ran'));
	page.on('console', message =>
		complain(file, 'browser', `console: ${message.text()}`));
	await page.goto(url, { waitUntil: 'load' });
	await page.close();
}

async function axe(browser, file, scheme) {
	const page = await browser.newPage();

	await page.setBypassCSP(true);
	page.on('dialog', dialog => dialog.dismiss());
	await page.emulateMediaFeatures([
		{ name: 'prefers-color-scheme', value: scheme }]);
	await page.goto('file://' + path.resolve(file), { waitUntil: 'load' });
	await page.evaluate(axeSource);
	const found = await page.evaluate(() => axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
			'best-practice'],
	}));
	for (const violation of found.violations)
		complain(file, `axe ${scheme}`, `${violation.id}: ` +
			`${violation.help}: ${violation.nodes[0].html.slice(0, 160)}` +
			` (${violation.nodes.length})`);
	if (found.passes.length < 10)
		complain(file, `axe ${scheme}`, 'hardly anything was tested');
	await page.close();
}

async function htmlcs(browser, file) {
	const page = await browser.newPage();

	page.on('dialog', dialog => dialog.dismiss());
	const result = await pa11y('file://' + path.resolve(file), {
		browser, page, runners: ['htmlcs'], standard: 'WCAG2AA',
		timeout: 120000,
	});

	for (const issue of result.issues)
		complain(file, 'pa11y', `${issue.code}: ${issue.message}: ` +
			`${issue.context.slice(0, 160)}`);
	await page.close();
}

async function main() {
	const browser = await puppeteer.launch({
		executablePath: chromium, headless: true, userDataDir: profile,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
			'--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync'],
	});

	for (const file of pages) {
		await validate(file);
		await watch(browser, file, false);
		await watch(browser, file, true);
		if (mode === 'quick')
			continue;
		await axe(browser, file, 'light');
		await axe(browser, file, 'dark');
		await htmlcs(browser, file);
	}
	await browser.close();
}

main().then(() => process.exit(complaints || !pages.length ? 1 : 0),
	error => {
		console.log(`broken: ${error.stack}`);
		process.exit(2);
	});
