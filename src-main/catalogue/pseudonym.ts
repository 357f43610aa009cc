/** @file Which patient an image belongs to, and the name under which the project knows that patient. */

import { createHmac } from 'node:crypto';
import { dirname } from 'node:path';
import type { ImageHeader } from '../dicom/header.js';

/**
 * What identifies the patient of an image: PatientID (0010,0020); where a file has none its StudyInstanceUID (a study
 * is of one patient, PS3.3 A.1.2); where it has neither, as in PNG and JPEG, the folder the file lies in.
 */
export function patientKey(header: Pick<ImageHeader, 'patientID' | 'studyInstanceUID'>, path: string): string {
  const patientID = header.patientID?.trim() ?? '';
  if (patientID !== '') return `patient:${patientID}`;
  if (header.studyInstanceUID !== null) return `study:${header.studyInstanceUID}`;
  return `folder:${dirname(path)}`;
}

/**
 * A name for the patient that tells nothing without the project's salt: 'P' and the first 64 bits of HMAC-SHA256
 * (RFC 2104), in hexadecimal. The same patient has different pseudonyms in different projects.
 */
export function pseudonym(key: string, salt: Uint8Array): string {
  return `P${createHmac('sha256', salt).update(key, 'utf8').digest('hex').slice(0, 16)}`;
}
