/** @file How much memory this process may take: what the computer has free, and what it was given. */

import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** macOS counts as free only what nothing ever used; most of the rest is given back when it is asked for. */
const MAC_SHARE = 0.75;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `kB` of a line of /proc/meminfo or /proc/self/status, bytes. */
function kilobytes(text: string, key: string): number | null {
  const digits = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return digits === undefined ? null : Number(digits) * 1024;
}

/** Texts of Linux's /proc and of control groups, as far as they exist. */
export interface LinuxFacts {
  meminfo: string;
  limits: string;
  status: string;
  /** memory.max and memory.current of the process's own control group. */
  groupMax: string;
  groupCurrent: string;
}

/** Bytes that the process may still take, from the texts. */
export function roomOnLinux({ meminfo, limits, status, groupMax, groupCurrent }: LinuxFacts): number {
  const rooms = [kilobytes(meminfo, 'MemAvailable') ?? Number.POSITIVE_INFINITY];
  // The limit on data, as `ulimit -d` and `prlimit --data` set it; that on addresses says nothing, since V8 reserves
  // far more of them than it uses. ONNX Runtime reserves in powers of two, up to twice of what it fills, and this
  // limit counts what is reserved.
  const data = /^Max data size\s+(\d+)/m.exec(limits)?.[1];
  const taken = kilobytes(status, 'VmData');
  if (data !== undefined && taken !== null) rooms.push((Number(data) - taken) / 2);
  if (/^\d+\s*$/.test(groupMax) && /^\d+\s*$/.test(groupCurrent)) rooms.push(Number(groupMax) - Number(groupCurrent));
  return Math.max(0, Math.min(...rooms));
}

function linuxFacts(): LinuxFacts {
  const group = /^0::(.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1] ?? '/';
  const folder = `/sys/fs/cgroup${group === '/' ? '' : group}`;
  return {
    meminfo: textOf('/proc/meminfo'),
    limits: textOf('/proc/self/limits'),
    status: textOf('/proc/self/status'),
    groupMax: textOf(`${folder}/memory.max`),
    groupCurrent: textOf(`${folder}/memory.current`),
  };
}

/** Bytes that this process may take in addition to what it has; an estimate. */
export function memoryRoom(): number {
  if (process.platform === 'linux') {
    const room = roomOnLinux(linuxFacts());
    if (Number.isFinite(room)) return room;
  }
  if (process.platform === 'darwin') return Math.max(0, totalmem() * MAC_SHARE - process.memoryUsage().rss);
  return freemem();
}
