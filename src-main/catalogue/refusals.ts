/** @file Images whose header is fine and whose pixels were refused, with the reason. */

import type { Project } from './project.js';

/** Replaces what is known of these images: why their pixels were refused, null where they were read. */
export function recordRefusals(project: Project, refusals: ReadonlyMap<number, string | null>): void {
  const { database } = project.catalogue;
  const rows = database.all<{ id: number; reason: string }>('SELECT image_id AS id, reason FROM pixel_refusal');
  const known = new Map(rows.map(({ id, reason }) => [id, reason]));
  const changed = [...refusals].filter(([id, reason]) => (known.get(id) ?? null) !== reason);
  if (changed.length === 0) return;
  database.transaction(() => {
    for (const [id, reason] of changed) {
      if (reason === null) database.run('DELETE FROM pixel_refusal WHERE image_id = ?', [id]);
      else database.run('INSERT OR REPLACE INTO pixel_refusal (image_id, reason) VALUES (?, ?)', [id, reason]);
    }
  });
}
