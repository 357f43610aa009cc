/** @file Looking through the images of the project: filters, pages, the tree of patients, stacks, DICOM tags. */

import * as v from 'valibot';
import { rowId, shortText, wholeNumber } from './channels.js';

const text = v.pipe(v.string(), v.maxLength(400));

/** A study date as DICOM writes it: YYYYMMDD. */
const dicomDate = v.pipe(v.string(), v.regex(/^\d{8}$/));

/** What makes an image, or the series it is of, doubtful for training. */
export const qualityFlag = v.picklist([
  'uniform',
  'few-grey-levels',
  'near-duplicate',
  'burned-in',
  'localiser',
  'derived',
  'secondary-capture',
  'missing-geometry',
  'gaps',
  'irregular-increment',
  'duplicate-positions',
  'single-position',
  'too-few-slices',
  'mixed-orientations',
  'mixed-sizes',
  'mixed-spacings',
  'gantry-tilt',
  'not-in-line',
  'bad-orientation',
  'mosaic',
]);
export type QualityFlag = v.InferOutput<typeof qualityFlag>;

export const imageFilter = v.object({
  /** A patient, study or series of the tree; null: the whole project. */
  place: v.nullable(
    v.union([
      v.strictObject({ patientId: rowId }),
      v.strictObject({ studyId: rowId }),
      v.strictObject({ seriesId: rowId }),
    ]),
  ),
  /** '': files that do not say; null: any. */
  modality: v.nullable(text),
  bodyPart: v.nullable(text),
  /** First and last study date. */
  from: v.nullable(dicomDate),
  to: v.nullable(dicomDate),
  label: v.nullable(
    v.variant('kind', [
      v.object({ kind: v.picklist(['labelled', 'unlabelled']), task: shortText }),
      v.object({ kind: v.literal('class'), task: shortText, className: shortText }),
    ]),
  ),
  /** Images with this flag; 'any' or 'none': with one at least, or without. */
  flag: v.nullable(v.union([qualityFlag, v.picklist(['any', 'none'])])),
  /** Words that must each occur in the pseudonym, the study's or the series' description. */
  text,
});
export type ImageFilter = v.InferOutput<typeof imageFilter>;

export const imageLabel = v.object({ task: v.string(), className: v.string(), colour: v.string() });
export type ImageLabel = v.InferOutput<typeof imageLabel>;

const whole = v.nullable(v.number());
const words = v.nullable(v.string());

export const imageInfo = v.object({
  imageId: rowId,
  /** Under which the project knows the patient; the name and the identifier stay in the catalogue. */
  pseudonym: v.string(),
  patientId: rowId,
  studyId: rowId,
  seriesId: rowId,
  studyDate: words,
  studyDescription: words,
  seriesNumber: whole,
  seriesDescription: words,
  modality: words,
  bodyPart: words,
  instanceNumber: whole,
  rows: wholeNumber,
  columns: wholeNumber,
  frames: wholeNumber,
  kind: v.picklist(['dicom', 'png', 'jpeg', 'tiff', 'nifti']),
  /** The label in force for each task that has one. */
  labels: v.array(imageLabel),
  /** Its own flags and those of its series. */
  flags: v.array(qualityFlag),
});
export type ImageInfo = v.InferOutput<typeof imageInfo>;

export const patientEntry = v.object({
  patientId: rowId,
  pseudonym: v.string(),
  studies: wholeNumber,
  images: wholeNumber,
});
export type PatientEntry = v.InferOutput<typeof patientEntry>;

export const studyEntry = v.object({
  studyId: rowId,
  date: words,
  description: words,
  images: wholeNumber,
  series: v.array(
    v.object({
      seriesId: rowId,
      number: whole,
      description: words,
      modality: words,
      bodyPart: words,
      images: wholeNumber,
    }),
  ),
});
export type StudyEntry = v.InferOutput<typeof studyEntry>;

const facet = v.array(v.object({ value: v.string(), images: wholeNumber }));

/** How many images each choice would show, the other conditions staying as they are. */
export const imageFacets = v.object({
  modalities: facet,
  bodyParts: facet,
  /** Images with each class of the task, by the class's position, and without a label. */
  labels: v.nullable(v.object({ classes: v.array(wholeNumber), unlabelled: wholeNumber })),
  /** Of all images of the project: those with each flag, and whether they are left out of training. */
  flags: v.array(v.object({ flag: qualityFlag, images: wholeNumber, leftOut: v.boolean() })),
});
export type ImageFacets = v.InferOutput<typeof imageFacets>;

export const imageTag = v.object({
  /** '(0010,0010)'. */
  tag: v.string(),
  /** Null for private and rare elements. */
  name: words,
  vr: v.string(),
  /** 0 at the top, 1 within an item of a sequence, ... */
  depth: wholeNumber,
  /** Which item of its sequence, from 1; 0 at the top. */
  item: wholeNumber,
  value: v.variant('kind', [
    v.object({ kind: v.literal('text'), text: v.string() }),
    v.object({ kind: v.literal('bytes'), bytes: wholeNumber }),
    v.object({ kind: v.literal('items'), items: wholeNumber }),
    /** It may tell who the patient is. */
    v.object({ kind: v.literal('hidden') }),
  ]),
});
export type ImageTag = v.InferOutput<typeof imageTag>;

/** A series in space. */
export const seriesSpace = v.object({
  /** Its volumes: [slices, rows, columns], and millimetres between them. */
  volumes: v.array(
    v.object({
      size: v.tuple([wholeNumber, wholeNumber, wholeNumber]),
      spacing: v.tuple([v.number(), v.number(), v.number()]),
    }),
  ),
  /** What was noticed, as sentences with numbers. */
  findings: v.array(v.string()),
});
export type SeriesSpace = v.InferOutput<typeof seriesSpace>;

/** Rows asked for at a time. */
const limit = v.pipe(wholeNumber, v.minValue(1), v.maxValue(500));

export const imageCalls = {
  'images:count': { argument: v.object({ filter: imageFilter }), answer: wholeNumber },
  /** Ordered by pseudonym, study date, series number and instance number. */
  'images:page': {
    argument: v.object({ filter: imageFilter, offset: wholeNumber, limit }),
    answer: v.array(imageInfo),
  },
  /** Where an image stands in that order; -1 where the filter leaves it out. */
  'images:position': {
    argument: v.object({ filter: imageFilter, imageId: rowId }),
    answer: v.pipe(v.number(), v.integer(), v.minValue(-1)),
  },
  /** Null where the project has no such image. */
  'images:image': { argument: v.object({ imageId: rowId }), answer: v.nullable(imageInfo) },
  /** @param task whose classes are counted */
  'images:facets': { argument: v.object({ filter: imageFilter, task: v.nullable(shortText) }), answer: imageFacets },
  /** Patients with images that pass the filter, whatever its place, by pseudonym. */
  'images:patients': {
    argument: v.object({ filter: imageFilter, offset: wholeNumber, limit }),
    answer: v.object({ total: wholeNumber, patients: v.array(patientEntry) }),
  },
  'images:studies': { argument: v.object({ filter: imageFilter, patientId: rowId }), answer: v.array(studyEntry) },
  /** All images of a series by instance number, each with the number of its frames. */
  'images:series': {
    argument: v.object({ seriesId: rowId }),
    answer: v.array(v.object({ imageId: rowId, frames: wholeNumber })),
  },
  /** Null where the series was not judged yet. */
  'images:space': { argument: v.object({ seriesId: rowId }), answer: v.nullable(seriesSpace) },
  /** Sets whether images with a flag stay out of pretraining and of what is suggested for labelling. */
  'images:leave-out': { argument: v.object({ flag: qualityFlag, out: v.boolean() }), answer: v.null() },
  /** What the image's file says of itself; identifiers, and where the file lies, only where they are asked for. */
  'images:tags': {
    argument: v.object({ imageId: rowId, identifiers: v.boolean() }),
    answer: v.object({ path: words, tags: v.array(imageTag), cut: v.boolean() }),
  },
};
