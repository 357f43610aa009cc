/** @file Numbers, times and sizes as people read them. */

const whole = new Intl.NumberFormat('en');

export function formatCount(value: number): string {
  return whole.format(Math.round(value));
}

/** '1 image', '1,204 images'. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** '45 s', '12 min', '2 h 10 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

export function formatBytes(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GB` : `${Math.round(bytes / 2 ** 20)} MB`;
}

export function formatPercent(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)}%`;
}

/** '.912', as papers give areas under the curve; '1.000' stays whole. */
export function formatArea(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : 'n/a';
}

/** Local date and time of an ISO 8601 text, to the minute. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** DICOM's YYYYMMDD as 2 Mar 2024; other text as it is. */
export function formatDicomDate(date: string | null): string {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? '');
  if (parts === null) return date ?? '';
  const day = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' }).format(day);
}
