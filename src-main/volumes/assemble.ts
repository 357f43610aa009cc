/** @file The frames of a series into volumes, by orientation and position; what is no volume stays images, with reasons. */

import { type Finding, isBlocking } from './findings.js';
import { type Mosaic, mosaicVolume } from './mosaic.js';
import { type Axes, axesOf, degreesBetween, type Plane } from './plane.js';
import { type PlacedPlane, stack, type Volume } from './stack.js';

/** What import knows of the geometry of a series. */
export interface SeriesFrames {
  planes: readonly Plane[];
  /** Whether the files call themselves localisers (Image Type value 3, PS3.3 C.8.2.1.1.1 and C.8.3.1.1.1). */
  localiser: boolean;
  /** The pictures that hold the slices of a volume as tiles. */
  mosaics: readonly Mosaic[];
}

/** A series in space. No volume: it stays images, and the blocking findings say why. */
export interface SeriesGeometry {
  volumes: Volume[];
  findings: Finding[];
}

/** Orientations that differ by less are one: numbers are written with few digits. */
const SAME_ORIENTATION_DEGREES = 0.1;
const SAME_SPACING = 1e-4;

interface Oriented {
  axes: Axes;
  planes: PlacedPlane[];
}

function byOrientation(planes: readonly PlacedPlane[]): { groups: Oriented[]; bad: number } {
  const groups: Oriented[] = [];
  const known = new Map<string, Oriented | null>();
  let bad = 0;
  for (const plane of planes) {
    const key = plane.orientation?.join(' ') ?? '';
    let group = known.get(key);
    if (group === undefined) {
      const axes = axesOf(plane.orientation ?? []);
      group = axes === null ? null : (groups.find((other) => isSame(other.axes, axes)) ?? { axes, planes: [] });
      if (group !== null && !groups.includes(group)) groups.push(group);
      known.set(key, group);
    }
    if (group === null) bad++;
    else group.planes.push(plane);
  }
  return { groups, bad };
}

function isSame(a: Axes, b: Axes): boolean {
  return degreesBetween(a.x, b.x) < SAME_ORIENTATION_DEGREES && degreesBetween(a.y, b.y) < SAME_ORIENTATION_DEGREES;
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const sizeKey = ({ rows, columns }: PlacedPlane): string => `${rows} ${columns}`;
const spacingKey = ({ spacing }: PlacedPlane): string =>
  spacing.map((value) => Math.round(value / SAME_SPACING)).join(' ');

function isPlaced(plane: Plane): plane is PlacedPlane {
  return plane.position !== null && plane.orientation !== null && plane.spacing !== null;
}

/** Planes whose sizes, spacings or orientations differ, as findings of the whole series. */
function mixtures(placed: readonly PlacedPlane[], oriented: readonly Oriented[]): Finding[] {
  const findings: Finding[] = [];
  if (oriented.length > 1) {
    const normals = oriented.map(({ axes }) => axes);
    const apart = normals.flatMap((a, index) =>
      normals
        .slice(index + 1)
        .map((b) => Math.max(degreesBetween(a.x, b.x), degreesBetween(a.y, b.y), degreesBetween(a.normal, b.normal))),
    );
    const largestDegrees = apart.reduce((most, degrees) => Math.max(most, degrees), 0);
    findings.push({ finding: 'mixed-orientations', orientations: oriented.length, largestDegrees });
  }
  const sizes = groupBy(placed, sizeKey).map(([first]) => [first!.rows, first!.columns] as const);
  if (sizes.length > 1) findings.push({ finding: 'mixed-sizes', sizes });
  const spacings = groupBy(placed, spacingKey).map(([first]) => first!.spacing);
  if (spacings.length > 1) findings.push({ finding: 'mixed-spacings', spacings });
  return findings;
}

/** Keeps the first of several equal findings: repetitions and components often share one. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/**
 * Assembles the frames of one series. Frames are grouped by orientation, size, spacing and measurement; each group is
 * ordered by position along its normal, never by Instance Number (PS3.3 C.7.6.2.1.1).
 */
export function assembleSeries({ planes, localiser, mosaics }: SeriesFrames): SeriesGeometry {
  if (mosaics.length > 0) {
    const volumes = mosaics.flatMap((mosaic) => mosaicVolume(mosaic) ?? []);
    const tiles = Math.max(...mosaics.map((mosaic) => mosaic.tiles));
    const atMost = mosaics.some((mosaic) => mosaic.atMost);
    return { volumes, findings: [{ finding: 'mosaic', tiles, atMost, images: mosaics.length }] };
  }
  const placed = planes.filter(isPlaced);
  const findings: Finding[] = [];
  if (placed.length < planes.length) {
    findings.push({ finding: 'missing-geometry', frames: planes.length - placed.length });
  }
  const { groups, bad } = byOrientation(placed);
  if (bad > 0) findings.push({ finding: 'bad-orientation', frames: bad });
  findings.push(...mixtures(placed, groups));
  if (localiser) {
    return { volumes: [], findings: [{ finding: 'localiser', frames: planes.length }, ...findings] };
  }
  const volumes: Volume[] = [];
  for (const { axes, planes: oriented } of groups) {
    const alike = groupBy(oriented, (plane) => `${sizeKey(plane)} ${spacingKey(plane)}`);
    for (const same of alike) {
      const components = groupBy(same, ({ component }) => component);
      if (components.length > 1) findings.push({ finding: 'several-components', components: components.length });
      for (const component of components) {
        const result = stack(component, axes);
        volumes.push(...result.volumes);
        findings.push(...result.findings);
      }
    }
  }
  return { volumes, findings: distinct(findings) };
}

/** Why a series is no volume: its blocking findings, none where it has a volume. */
export function reasonsAgainst(geometry: SeriesGeometry): Finding[] {
  return geometry.volumes.length > 0 ? [] : geometry.findings.filter(isBlocking);
}
