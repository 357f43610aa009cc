/** @file Classes of a task while they are typed. */

export interface ClassDraft {
  /** Keeps a row the same while its name changes. */
  id: string;
  name: string;
  /** '#rrggbb'. */
  colour: string;
}

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), black left out. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#f0e442'] as const;

/** The colour that a class at this place begins with. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

export function draft(name: string, index: number, colour = colourOf(index)): ClassDraft {
  return { id: crypto.randomUUID(), name, colour };
}

/** Whether these are classes to tell apart: two at least, all with different names. */
export function areClasses(classes: readonly ClassDraft[]): boolean {
  const names = classes.map(({ name }) => name.trim());
  return names.length >= 2 && names.every((name) => name !== '') && new Set(names).size === names.length;
}
