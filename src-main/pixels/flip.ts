/** @file Which images may be mirrored left and right without showing what cannot exist. */

/**
 * Modalities (DICOM PS3.3 C.7.3.1.1.1) of the body seen whole or in slices, where the mirror image of a patient is
 * one that could be: projection X-ray, CT, MR and nuclear medicine. Left out are modalities that show one of two
 * sides by convention (MG, OP, OPT), that carry markers and text in the picture (US, SC, OT) or no anatomy at all.
 */
const mirrorable: ReadonlySet<string> = new Set(['CR', 'DX', 'RF', 'XA', 'PX', 'CT', 'MR', 'PT', 'NM']);

/**
 * Whether augmentation may mirror an image. Not where Laterality (0020,0060) or Image Laterality (0020,0062) names a
 * side: a mirrored left knee is a right knee. Pictures without a modality (PNG, JPEG) are taken as mirrorable. Where
 * the side itself is what has to be told apart, choose a recipe without flip.
 */
export function flipAllowed(image: { modality: string | null; laterality: string | null }): boolean {
  if (image.laterality !== null && /^[LR]/i.test(image.laterality.trim())) return false;
  return image.modality === null || mirrorable.has(image.modality);
}
