/** @file docs/ops.md is what the op table says today; `npm run docs:ops` writes it. */

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { describeOps } from './support/describe-ops.js';

test('docs/ops.md is up to date', async () => {
  await expect(await describeOps()).toMatchFileSnapshot(resolve('docs/ops.md'));
});
