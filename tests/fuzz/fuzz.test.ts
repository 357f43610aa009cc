/**
 * @file Mutated files: none ends the importer, takes more than 2 seconds or 1 GB, or is lost sight of. The short form
 * has a fixed seed; PRETEXT_FUZZ_FILES sets the number of files (100000 for a full campaign), PRETEXT_FUZZ_SEED another
 * seed, PRETEXT_FUZZ_FIRST the number of the first file, so that a campaign can be run in parts.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { campaignFiles, runCampaign } from './campaign.js';
import { gatherSeeds } from './seeds.js';

const FILES = Number(process.env.PRETEXT_FUZZ_FILES ?? 600);
const SEED = Number(process.env.PRETEXT_FUZZ_SEED ?? 20_261_125);
const FIRST = Number(process.env.PRETEXT_FUZZ_FIRST ?? 0);
const MOST_MS = 2000;
const MOST_MB = 1e9 / 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'pretext-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(
  `${FILES} mutated files are added or refused with a reason`,
  async () => {
    const seeds = await gatherSeeds(join(folder, 'seeds'));
    const outcome = await runCampaign(campaignFiles(seeds, SEED, FIRST, FILES), folder);
    console.info(`${seeds.length} seeds: ${JSON.stringify({ ...outcome, complaints: outcome.complaints.length })}`);
    expect(outcome.complaints).toEqual([]);
    expect(outcome.files).toBe(FILES);
    expect(outcome.added + outcome.refused).toBe(FILES);
    expect(outcome.slowest.ms, outcome.slowest.name).toBeLessThan(MOST_MS);
    expect(outcome.peakMb).toBeLessThan(MOST_MB);
    // A fuzzer whose files are all refused at once would find nothing.
    expect(outcome.added).toBeGreaterThan(FILES / 20);
    expect(outcome.undecodable).toBeGreaterThan(0);
    expect(existsSync(join(tmpdir(), 'pretext-escaped'))).toBe(false);
  },
  60_000 + FILES * 200,
);
