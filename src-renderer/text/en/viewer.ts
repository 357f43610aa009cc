/** @file The texts of the image viewer. */

/** Short, but never so short that two windows look alike. */
const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);

/** A unit of UCUM, whose remarks stand in braces: 'g/ml{SUVbw}'. */
const remarked = (unit: string): string => unit.replace(/\{([^}]*)\}/g, ' $1').trim();

export const viewer = {
  region: 'Image viewer',
  image: (place: number, count: number) => (count > 1 ? `Image ${place} of ${count}` : 'Image'),
  help:
    'Drag to set the window, with the right button to zoom, with the middle one to move. The wheel goes through the ' +
    'images, with Ctrl it zooms. Keys: arrows, plus and minus, Shift with arrows sets the window, W window, L length, I invert, R reset, digits for windows.',
  opening: 'Opening the viewer',
  loading: 'Loading the image',
  tools: 'Tools of the left mouse button',
  tool: { window: 'Window', zoom: 'Zoom', pan: 'Move', length: 'Length' },
  toolHint: {
    window: 'Drag to the right for a wider window, downwards for a darker image (W; Shift and arrows by keyboard)',
    zoom: 'Drag up or down; always on the right button, Ctrl and wheel, + and -',
    pan: 'Drag the image; always on the middle button',
    length: 'Drag from one end to the other (L)',
  },
  invert: 'Invert',
  invertHint: 'Dark becomes bright (I)',
  reset: 'Reset',
  resetHint: 'The image as it was opened (R)',
  clear: 'Remove lengths',
  presets: 'Window',
  ownWindow: 'Own window',
  ct: { lung: 'Lung', softTissue: 'Soft tissue', bone: 'Bone', brain: 'Brain' },
  headerWindow: (name: string | null, centre: number, width: number) =>
    name ?? `From the file: ${number(centre)} / ${number(width)}`,
  voiLut: (place: number, explanation: string | null) =>
    explanation === null ? `VOI LUT ${place}` : `VOI LUT ${place}: ${explanation}`,
  autoWindow: 'All values',
  presetOption: (name: string, key: string) => `${name} (${key})`,
  place: (place: number, count: number) => `${place} / ${count}`,
  window: (centre: number, width: number) => `C ${number(centre)}  W ${number(width)}`,
  sigmoid: (window: string) => `${window}  sigmoid`,
  zoom: (factor: number) => `Zoom ${Math.round(factor * 100)}%`,
  size: (columns: number, rows: number) => `${columns} x ${rows}`,
  inverted: 'Inverted',
  colour: 'Colour',
  onProcessor: 'Drawn without WebGL',
  value: (value: number, unit: string | null) => `${number(value)}${unit === null ? '' : ` ${unit}`}`,
  realWorldValue: (label: string, value: number, unit: string) =>
    `${label} ${number(value)} ${remarked(unit)}`.trimEnd(),
  noSuv: (reason: string) => `No SUV: ${reason}`,
  colourValue: (red: number, green: number, blue: number) => `R ${red}  G ${green}  B ${blue}`,
  position: (column: number, row: number) => `${column}, ${row}`,
  lengths: {
    patient: (millimetres: number) => `${millimetres.toFixed(1)} mm`,
    detector: (millimetres: number) => `${millimetres.toFixed(1)} mm at the detector`,
    pixels: (pixels: number) => `${pixels.toFixed(1)} px`,
  },
  calibration: {
    patient: null,
    detector: 'Lengths are those at the detector: not corrected for magnification',
    pixels: 'No pixel spacing in the file: lengths are in pixels',
  },
  slider: 'Place in the stack',
  empty: 'No image is chosen.',
};
