/** @file What may be said about the geometry of a series: each finding by its name, with its numbers. */

/** Findings of series, by name. Those of `BLOCKING` keep a stack from being a volume. */
export type Finding =
  /** Frames without position, orientation or spacing. */
  | { finding: 'missing-geometry'; frames: number }
  /** Orientations that are no two directions at a right angle. */
  | { finding: 'bad-orientation'; frames: number }
  /** A scout: planes from which an examination was planned. */
  | { finding: 'localiser'; frames: number }
  | { finding: 'mixed-orientations'; orientations: number; largestDegrees: number }
  /** Different sizes [rows, columns] or spacings of pixels in one series. */
  | { finding: 'mixed-sizes'; sizes: (readonly [number, number])[] }
  | { finding: 'mixed-spacings'; spacings: (readonly [number, number])[] }
  /** Several measurements (echoes, magnitude and phase, stacks) in one series. */
  | { finding: 'several-components'; components: number }
  /** Every place was measured several times: so many volumes. */
  | { finding: 'repetitions'; repetitions: number; positions: number }
  /** Some places hold more frames than others. */
  | { finding: 'duplicate-positions'; positions: number; frames: number }
  | { finding: 'single-position'; frames: number }
  | { finding: 'too-few-slices'; slices: number; needed: number }
  | { finding: 'gaps'; gaps: number; missing: number; spacing: number }
  | { finding: 'irregular-increment'; smallest: number; median: number; largest: number }
  /** Slices are shifted against each other along their own plane by the tilted gantry: a sheared stack. */
  | { finding: 'gantry-tilt'; degrees: number }
  /** The first pixels of the slices do not lie on one line. */
  | { finding: 'not-in-line'; largestMillimetres: number }
  /** Siemens mosaic: one picture holds the slices of a volume as tiles. `atMost` where unused tiles are not known. */
  | { finding: 'mosaic'; tiles: number; atMost: boolean; images: number };

export type FindingName = Finding['finding'];

const BLOCKING: ReadonlySet<FindingName> = new Set([
  'missing-geometry',
  'bad-orientation',
  'localiser',
  'duplicate-positions',
  'single-position',
  'too-few-slices',
  'gaps',
  'irregular-increment',
  'not-in-line',
  'mosaic',
]);

/** Whether frames with this finding stay single images. */
export function isBlocking(finding: Finding): boolean {
  return BLOCKING.has(finding.finding);
}

const mm = (value: number): string => `${Number(value.toFixed(3))} mm`;

/** The finding as a sentence for people. */
export function findingText(finding: Finding): string {
  switch (finding.finding) {
    case 'missing-geometry':
      return `${finding.frames} frames have no position, orientation or pixel spacing.`;
    case 'bad-orientation':
      return `The orientation of ${finding.frames} frames is not two directions at a right angle.`;
    case 'localiser':
      return `A localiser (scout) of ${finding.frames} frames.`;
    case 'mixed-orientations':
      return `${finding.orientations} orientations, up to ${finding.largestDegrees.toFixed(1)} degrees apart.`;
    case 'mixed-sizes':
      return `Frames of different size: ${finding.sizes.map(([rows, columns]) => `${rows} x ${columns}`).join(', ')}.`;
    case 'mixed-spacings':
      return `Pixels of different spacing: ${finding.spacings.map(([row, column]) => `${row} x ${column} mm`).join(', ')}.`;
    case 'several-components':
      return `${finding.components} measurements (echoes, magnitude and phase, or stacks).`;
    case 'repetitions':
      return `Each of ${finding.positions} places was measured ${finding.repetitions} times.`;
    case 'duplicate-positions':
      return `${finding.frames} frames at ${finding.positions} places, unevenly: some places are there twice.`;
    case 'single-position':
      return `All ${finding.frames} frames lie at the same place.`;
    case 'too-few-slices':
      return `Only ${finding.slices} of at least ${finding.needed} slices.`;
    case 'gaps':
      return `${finding.missing} slices are missing in ${finding.gaps} gaps (slices lie ${mm(finding.spacing)} apart).`;
    case 'irregular-increment':
      return `Slices lie ${mm(finding.smallest)} to ${mm(finding.largest)} apart (median ${mm(finding.median)}).`;
    case 'gantry-tilt':
      return `The gantry was tilted by ${finding.degrees.toFixed(1)} degrees: the slices are a sheared stack.`;
    case 'not-in-line':
      return `Slices are out of line by up to ${mm(finding.largestMillimetres)}.`;
    case 'mosaic':
      return `A mosaic: each image holds ${finding.atMost ? 'up to ' : ''}${finding.tiles} slices as tiles.`;
  }
}
