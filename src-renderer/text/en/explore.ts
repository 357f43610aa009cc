/** @file The texts of the explore screen. */

import { formatBytes, formatCount, formatDicomDate, plural } from '../format.js';

/** Bytes of one value, which are often few. */
function size(bytes: number): string {
  return bytes < 1024 * 1024 ? plural(bytes, 'byte') : formatBytes(bytes);
}

export const explore = {
  title: 'Explore',
  tabs: 'How the images are shown',
  images: 'Images',
  map: 'Map',
  count: (count: number) => plural(count, 'image'),
  counting: 'Counting',
  grid: 'Images of the project',
  skip: 'Skip to the images',
  empty: {
    title: 'No images yet',
    message: 'Import a folder of scans, or the sample study, and they appear here.',
    act: 'Import scans',
  },
  none: {
    title: 'No image matches',
    message: 'Every condition has to hold at once. Take some of them away to see more.',
    act: 'Clear all conditions',
  },
  filters: {
    title: 'Find images',
    search: 'Search',
    searchHint: 'Pseudonym or description',
    modality: 'Modality',
    bodyPart: 'Body part',
    from: 'Studies from',
    to: 'until',
    task: 'Task',
    label: 'Label',
    any: 'Any',
    notGiven: 'Not given',
    labelled: 'Labelled',
    unlabelled: 'Not labelled',
    choice: (name: string, images: number) => `${name} (${formatCount(images)})`,
    clear: 'Clear',
    quality: 'Quality',
    flagged: 'Any flag',
    unflagged: 'No flag',
    leaveOut: 'Leave these out of pretraining and suggestions',
    leftOut: 'Left out',
  },
  tree: {
    title: 'Patients',
    all: 'All patients',
    study: (date: string | null, description: string | null) =>
      [date === null || date === '' ? 'No date' : formatDicomDate(date), description ?? '']
        .filter((part) => part !== '')
        .join(', '),
    series: (number: number | null, modality: string | null, description: string | null) => {
      const name = [modality ?? '', description ?? ''].filter((part) => part !== '').join(' ');
      const place = number === null ? 'Series' : `Series ${number}`;
      return name === '' ? place : `${place}: ${name}`;
    },
    images: (count: number) => plural(count, 'image'),
    more: (count: number) => `Show ${formatCount(count)} more`,
    patients: (count: number) => plural(count, 'patient'),
  },
  cell: {
    place: (modality: string | null, series: number | null, instance: number | null) =>
      [modality ?? '', series === null ? '' : `series ${series}`, instance === null ? '' : `image ${instance}`]
        .filter((part) => part !== '')
        .join(', ') || 'Image',
    frames: (count: number) => plural(count, 'frame'),
    loading: (position: number) => `Image ${formatCount(position)}, loading`,
    more: (count: number) => `+${count}`,
    task: (task: string, className: string) => `${task}: ${className}`,
  },
  view: {
    back: 'Back to the images',
    backHint: 'Escape',
    region: 'The image',
    place: (position: number, total: number) => `${formatCount(position)} of ${formatCount(total)}`,
    slice: 'Place in the series',
    gone: 'This image is no longer in the project.',
    facts: 'About this image',
    patient: 'Patient',
    study: 'Study',
    series: 'Series',
    size: 'Size',
    pixels: (columns: number, rows: number, frames: number) =>
      frames > 1 ? `${columns} x ${rows} pixels, ${plural(frames, 'frame')}` : `${columns} x ${rows} pixels`,
    labels: 'Labels',
    noLabels: 'None',
    quality: 'Quality',
    volume: 'Volume',
    volumeSize: ([slices, rows, columns]: readonly number[], [dz, dy, dx]: readonly number[]) =>
      `${slices} x ${rows} x ${columns}, ${[dz, dy, dx].map((mm) => Number((mm ?? 0).toFixed(3))).join(' x ')} mm`,
    volumes: (count: number, volume: string) => (count === 1 ? volume : `${count} of ${volume}`),
    noVolume: 'None: its images stay single.',
  },
  flags: {
    uniform: 'Uniform image',
    'few-grey-levels': 'Few grey levels',
    'near-duplicate': 'Near-duplicate',
    'burned-in': 'Burned-in annotation',
    localiser: 'Localiser',
    derived: 'Derived image',
    'secondary-capture': 'Secondary capture',
    'missing-geometry': 'No slice position',
    gaps: 'Missing slices',
    'irregular-increment': 'Uneven slice distances',
    'duplicate-positions': 'Doubled slices',
    'single-position': 'Slices at one place',
    'too-few-slices': 'Too few slices',
    'mixed-orientations': 'Mixed orientations',
    'mixed-sizes': 'Mixed image sizes',
    'mixed-spacings': 'Mixed pixel spacings',
    'gantry-tilt': 'Tilted gantry',
    'not-in-line': 'Slices out of line',
    'bad-orientation': 'Impossible orientation',
    mosaic: 'Mosaic',
  },
  tags: {
    title: 'DICOM tags',
    identifiers: 'Show identifiers',
    identifiersHint:
      'Names, numbers, dates of birth, institutions and everything else that may tell who the patient is.',
    find: 'Find a tag',
    tag: 'Tag',
    value: 'Value',
    hidden: 'hidden',
    private: 'Private',
    unnamed: 'Other',
    bytes: size,
    items: (count: number) => plural(count, 'item'),
    item: (index: number) => `item ${index}`,
    cut: 'The file holds more than is listed here.',
    none: 'Only DICOM files carry tags.',
    noMatch: 'No tag matches.',
    file: 'File',
  },
};
