/** @file Names of SOP classes that come without pixels, for the reason that a person reads (PS3.6 Annex A). */

const STORAGE = '1.2.840.10008.5.1.4.1.1';

const EXACT = new Map<string, string>([
  ['1.2.840.10008.1.3.10', 'DICOMDIR, the index of a medium'],
  [`${STORAGE}.66`, 'Raw Data'],
  [`${STORAGE}.66.1`, 'Spatial Registration'],
  [`${STORAGE}.66.2`, 'Spatial Fiducials'],
  [`${STORAGE}.66.3`, 'Deformable Spatial Registration'],
  [`${STORAGE}.66.5`, 'Surface Segmentation'],
  [`${STORAGE}.67`, 'Real World Value Mapping'],
  [`${STORAGE}.91.1`, 'Microscopy Annotations'],
  [`${STORAGE}.88.59`, 'Key Object Selection'],
  [`${STORAGE}.481.3`, 'RT Structure Set'],
  [`${STORAGE}.481.4`, 'RT Treatment Record'],
  [`${STORAGE}.481.5`, 'RT Plan'],
  [`${STORAGE}.481.8`, 'RT Ion Plan'],
]);

const PREFIXES: readonly (readonly [string, string])[] = [
  [`${STORAGE}.88.`, 'Structured Report'],
  [`${STORAGE}.9.`, 'Waveform'],
  [`${STORAGE}.11.`, 'Presentation State'],
  [`${STORAGE}.104.`, 'Encapsulated Document'],
  [`${STORAGE}.481.`, 'Radiotherapy Object'],
  [`${STORAGE}.2`, 'CT Image without its pixels'],
  [`${STORAGE}.4`, 'MR Image without its pixels'],
];

/** The name of the SOP class, or null where there is none to show. */
export function sopClassName(uid: string): string | null {
  const exact = EXACT.get(uid);
  if (exact !== undefined) return exact;
  return (
    PREFIXES.find(([prefix]) => uid === prefix || uid.startsWith(prefix.endsWith('.') ? prefix : `${prefix}.`))?.[1] ??
    null
  );
}
