/** @file Which room may import which. Imports point one way; a newcomer reads the architecture here. */

/** Rooms of src-main, and what each may import beside itself. `base` is open to all. */
const rooms = {
  base: [],
  graph: [],
  dicom: ['base'],
  volumes: ['base', 'dicom'],
  catalogue: ['base', 'dicom', 'volumes'],
  deidentify: ['base', 'dicom', 'catalogue'],
  pixels: ['base', 'dicom', 'catalogue'],
  native: ['base', 'graph'],
  engine: ['base', 'graph', 'native'],
  nn: ['base', 'graph'],
  ssl: ['base', 'graph', 'nn'],
  tasks: ['base', 'graph', 'nn', 'catalogue'],
  sample: ['base', 'dicom'],
  exports: ['base', 'graph', 'nn', 'tasks', 'catalogue', 'engine'],
  training: ['base', 'dicom', 'graph', 'engine', 'nn', 'ssl', 'tasks', 'catalogue', 'pixels', 'exports', 'sample'],
  demo: ['base', 'catalogue', 'pixels', 'engine', 'ssl', 'tasks', 'training', 'exports', 'sample'],
  window: ['base', 'contract', 'dicom', 'volumes', 'catalogue', 'pixels', 'tasks', 'exports', 'training'],
  contract: [],
};

/** The command line may import any room. */
const known = ['cli', ...Object.keys(rooms)].join('|');

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src-main/${room}/` },
  to: { path: '^src-(main|renderer)/', pathNot: [room, ...allowed].map((name) => `^src-main/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'window-imports-only-the-contract',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/', pathNot: '^src-main/contract/' },
    },
    {
      name: 'preload-imports-only-the-contract',
      severity: 'error',
      from: { path: '^src-main/preload[.]ts$' },
      to: { path: '^src-main/', pathNot: '^src-main/contract/' },
    },
    {
      name: 'main-only-opens-windows',
      severity: 'error',
      from: { path: '^src-main/main[.]ts$' },
      to: { path: '^src-main/', pathNot: '^src-main/(base|contract|window)/' },
    },
    {
      name: 'electron-only-around-the-window',
      comment: 'Everything else runs in plain Node too, for the command line.',
      severity: 'error',
      from: { path: '^src-(main|renderer)/', pathNot: '^src-main/(window/|main[.]ts$|preload[.]ts$)' },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'every-room-has-its-line',
      comment: 'A new folder under src-main is entered in `rooms`.',
      severity: 'error',
      from: { path: '^src-main/[^/]+/', pathNot: `^src-main/(${known})/` },
      to: {},
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^src-(main|renderer)/' },
      to: { path: '^(tests|bench|scripts)/' },
    },
    {
      name: 'no-circles',
      comment: "An op's gradient rule is made of other ops, so the ops know each other; nothing else may.",
      severity: 'error',
      from: { pathNot: '^src-main/graph/ops/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^electron$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
