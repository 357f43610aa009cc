/** @file The tree of patients, studies and series: opened level by level, loaded as far as it is opened. */

import type { ImageFilter, PatientEntry, StudyEntry } from '../../src-main/contract/images.js';
import { call } from '../bridge/index.js';
import { text } from '../text/index.js';

export interface TreeNode {
  key: string;
  /** 1 for patients, 2 for studies, 3 for series. */
  level: 1 | 2 | 3;
  name: string;
  images: number;
  /** What choosing it shows; null shows everything. */
  place: ImageFilter['place'];
  /** Null where there is nothing below it. */
  expanded: boolean | null;
}

/** Patients asked for at a time. */
const PAGE = 100;

export class PatientTree {
  total = $state(0);
  private patients = $state.raw<readonly PatientEntry[]>([]);
  /** Studies of the patients that are open. */
  private studies = $state.raw<ReadonlyMap<number, readonly StudyEntry[]>>(new Map());
  /** Studies that a person has closed within an open patient. */
  private closed = $state.raw<ReadonlySet<number>>(new Set());
  private filter: ImageFilter | null = null;
  private generation = 0;

  /** What is seen, from top to bottom. */
  readonly nodes: readonly TreeNode[] = $derived(this.patients.flatMap((patient) => this.below(patient)));
  readonly more = $derived(Math.min(PAGE, this.total - this.patients.length));

  /** Loads the tree of a filter; what is open stays open. @throws CallError */
  async load(filter: ImageFilter): Promise<void> {
    const generation = ++this.generation;
    this.filter = filter;
    const first = await this.page(filter, 0);
    const open = new Set(first.patients.map(({ patientId }) => patientId));
    const opened = [...this.studies.keys()].filter((patientId) => open.has(patientId));
    const studies = await Promise.all(
      opened.map(async (patientId) => [patientId, await call('images:studies', { filter, patientId })] as const),
    );
    if (generation !== this.generation) return;
    this.patients = first.patients;
    this.total = first.total;
    this.studies = new Map(studies);
  }

  /** The next patients. @throws CallError */
  async loadMore(): Promise<void> {
    const { filter, generation } = this;
    if (filter === null) return;
    const next = await this.page(filter, this.patients.length);
    if (generation === this.generation) this.patients = [...this.patients, ...next.patients];
  }

  /** Opens what is closed and closes what is open. @throws CallError */
  async toggle({ place, expanded }: TreeNode): Promise<void> {
    if (place === null || expanded === null || this.filter === null) return;
    if ('studyId' in place) {
      const closed = new Set(this.closed);
      if (expanded) closed.add(place.studyId);
      else closed.delete(place.studyId);
      this.closed = closed;
    } else if ('patientId' in place) {
      const { patientId } = place;
      const { generation } = this;
      const studies = new Map(this.studies);
      if (expanded) studies.delete(patientId);
      else studies.set(patientId, await call('images:studies', { filter: this.filter, patientId }));
      if (generation === this.generation) this.studies = studies;
    }
  }

  private page(filter: ImageFilter, offset: number) {
    return call('images:patients', { filter, offset, limit: PAGE });
  }

  private below({ patientId, pseudonym, images }: PatientEntry): TreeNode[] {
    const studies = this.studies.get(patientId);
    const expanded = studies !== undefined;
    const nodes: TreeNode[] = [
      { key: `p${patientId}`, level: 1, name: pseudonym, images, place: { patientId }, expanded },
    ];
    for (const study of studies ?? []) {
      const { studyId } = study;
      const open = !this.closed.has(studyId);
      const name = text.explore.tree.study(study.date, study.description);
      nodes.push({ key: `t${studyId}`, level: 2, name, images: study.images, place: { studyId }, expanded: open });
      for (const { seriesId, number, modality, description, images: count } of open ? study.series : []) {
        nodes.push({
          key: `s${seriesId}`,
          level: 3,
          name: text.explore.tree.series(number, modality, description),
          images: count,
          place: { seriesId },
          expanded: null,
        });
      }
    }
    return nodes;
  }
}
