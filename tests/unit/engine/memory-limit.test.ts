/** @file How much memory may be taken, from what Linux says. */

import { expect, it } from 'vitest';
import { type LinuxFacts, memoryRoom, roomOnLinux } from '../../../src-main/engine/memory-limit.js';
import { engineError, saysOutOfMemory } from '../../../src-main/engine/runner.js';

const facts: LinuxFacts = {
  meminfo: 'MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\n',
  limits:
    'Limit                     Soft Limit           Hard Limit           Units\nMax data size             unlimited            unlimited            bytes\n',
  status: 'VmPeak:\t 9000000 kB\nVmData:\t  300000 kB\n',
  groupMax: 'max\n',
  groupCurrent: '500000000\n',
};

it('is what the computer has free where nothing else is said', () => {
  expect(roomOnLinux(facts)).toBe(20000000 * 1024);
});

it('is what a limit on data leaves', () => {
  const limits = 'Max data size             1000000000           unlimited            bytes\n';
  expect(roomOnLinux({ ...facts, limits })).toBe((1_000_000_000 - 300_000 * 1024) / 2);
  expect(
    roomOnLinux({ ...facts, limits: 'Max data size             1000                 unlimited            bytes\n' }),
  ).toBe(0);
});

it('is what a control group leaves', () => {
  expect(roomOnLinux({ ...facts, groupMax: '2000000000\n' })).toBe(1_500_000_000);
});

it('is unknown, not zero, where Linux says nothing', () => {
  const nothing: LinuxFacts = { meminfo: '', limits: '', status: '', groupMax: '', groupCurrent: '' };
  expect(roomOnLinux(nothing)).toBe(Number.POSITIVE_INFINITY);
});

it('is something on this computer', () => {
  expect(memoryRoom()).toBeGreaterThan(1e8);
  expect(memoryRoom()).toBeLessThan(1e14);
});

it.each([
  'bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 51118080',
  "terminate called after throwing an instance of 'std::bad_alloc'",
  'CUDA error: out of memory',
  'OOM when allocating tensor with shape[64,512]',
])('is known to have run out: %s', (text) => {
  expect(saysOutOfMemory(text)).toBe(true);
  expect(engineError('it ran', new Error(text), '').code).toBe('out-of-memory');
});

it.each(['Non-zero status code returned while running Gather node', 'device lost'])('has not run out: %s', (text) => {
  expect(engineError('it ran', new Error(text), 'Resume.').code).toBe('device');
});
