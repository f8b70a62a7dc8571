import { DateTime } from 'luxon';

const SHORTEST = 'd/M/yyyy'.length;
const LONGEST = 'dd/MM/yyyy'.length;

/** `d/M/yyyy` accepts two digits too. */
const FORMATS = ['d/M/yyyy', 'yyyy-MM-dd', 'yyyy/MM/dd'];

/**
 * The day as `yyyy-MM-dd`, from dd/MM/yyyy, d/M/yyyy, yyyy-MM-dd or yyyy/MM/dd. null for all other texts, for days that
 * do not exist, and for the year 0000, which is in no calendar of daily life.
 *
 * @param text without white space around it
 */
export function cleanDate(text: string): string | null {
  // An attempt of luxon costs microseconds, and more for long texts.
  if (text.length < SHORTEST || text.length > LONGEST) return null;
  for (const format of FORMATS) {
    const day = DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en-US', numberingSystem: 'latn' });
    if (day.isValid) return day.year === 0 ? null : day.toISODate();
  }
  return null;
}
