/** @file What the keys by which images are ordered say of the tree: whose series an image is in (see schema.ts). */

/** Images of one series that pass the filter; they stand together in the list. */
export interface SeriesGroup {
  pseudonym: string;
  studyId: number;
  seriesId: number;
  images: number;
}

export interface KeyGroups {
  groups: SeriesGroup[];
  patients: { pseudonym: string; studies: number; images: number }[];
}

/** Characters at the end of a browse key: of series and image, of date to series, and where the ids stand (schema.ts). */
export const IMAGE_TAIL = 17;
const SERIES_TAIL = 33;

/** Reads study, series and pseudonym off the part of a browse key that the images of a series share. */
function groupOf(seriesKey: string): SeriesGroup {
  const tail = seriesKey.slice(-SERIES_TAIL);
  return {
    pseudonym: seriesKey.slice(0, -SERIES_TAIL),
    studyId: Number.parseInt(tail.slice(8, 16), 16),
    seriesId: Number.parseInt(tail.slice(25), 16),
    images: 0,
  };
}

/** Runs of equal keys as series, and these as patients. */
export function groupsOf(keys: readonly string[]): KeyGroups {
  const groups: SeriesGroup[] = [];
  const patients: KeyGroups['patients'] = [];
  let before: string | null = null;
  for (const key of keys) {
    if (key !== before) {
      const group = groupOf(key);
      const last = groups.at(-1);
      if (last?.pseudonym !== group.pseudonym) patients.push({ pseudonym: group.pseudonym, studies: 0, images: 0 });
      const patient = patients.at(-1);
      if (patient !== undefined && last?.studyId !== group.studyId) patient.studies++;
      groups.push(group);
      before = key;
    }
    const group = groups.at(-1);
    const patient = patients.at(-1);
    if (group !== undefined) group.images++;
    if (patient !== undefined) patient.images++;
  }
  return { groups, patients };
}
