/**
 * @file `npm test`: formatter and linter, types, import directions, unit and integration tests, mutated files, the window in the real
 * Electron. Ends with one line 'N passed, N failed, N skipped' over all of them; what was skipped is listed before.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.mjs';

const reports = join(root, '.cache', 'reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];

/** Runs a tool of node_modules with its output shown. */
function run(command, args, env = {}) {
  const bin = join(root, 'node_modules', '.bin');
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...env },
  });
  return status === 0;
}

function heading(text) {
  process.stdout.write(`\n== ${text}\n`);
}

/** A check that counts as one test. */
function check(name, command, args) {
  heading(name);
  const passed = run(command, args);
  total[passed ? 'passed' : 'failed']++;
  process.stdout.write(`${name}: ${passed ? 'passed' : 'FAILED'}\n`);
}

function vitest(project) {
  heading(`${project} tests`);
  const report = join(reports, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const passed = run('vitest', args);
  if (!existsSync(report)) {
    total.failed++;
    return;
  }
  const results = JSON.parse(readFileSync(report, 'utf8'));
  total.passed += results.numPassedTests;
  total.failed += results.numFailedTests;
  total.skipped += results.numPendingTests + results.numTodoTests;
  const cases = results.testResults.flatMap((file) => file.assertionResults);
  for (const { status, fullName } of cases) if (status !== 'passed' && status !== 'failed') skipped.push(fullName);
  // A file that does not load has no failed test of its own.
  if (!passed && results.numFailedTests === 0) total.failed++;
}

function windowTests() {
  heading('window tests in Electron');
  const report = join(reports, 'window.json');
  const args = ['playwright', 'test', '--reporter=list,json'];
  const display = process.env.DISPLAY !== undefined || process.platform !== 'linux';
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const passed = display ? run('npx', args, env) : run('xvfb-run', ['-a', 'npx', ...args], env);
  if (!existsSync(report)) {
    process.stdout.write(
      'The window tests did not run. On Debian they need xvfb and the libraries named in README.md.\n',
    );
    total.failed++;
    return;
  }
  const { stats } = JSON.parse(readFileSync(report, 'utf8'));
  total.passed += stats.expected + stats.flaky;
  total.failed += stats.unexpected;
  total.skipped += stats.skipped;
  if (!passed && stats.unexpected === 0) total.failed++;
}

check('format and lint', 'biome', ['check', '--error-on-warnings']);
check('types', 'tsc', ['-p', '.', '--noEmit']);
check('types of the window', 'svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings']);
check('import directions', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'src-main', 'src-renderer']);
vitest('unit');
vitest('integration');
vitest('fuzz');
windowTests();

if (skipped.length > 0) {
  heading('skipped, with the reason in the title');
  for (const name of skipped) process.stdout.write(`  ${name}\n`);
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
