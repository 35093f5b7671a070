import type { Calendar } from '../../contract/record/calendars.ts';
import { NAMED, placeholderOf, type Placeholder } from '../../contract/record/entryTemplates.ts';

/** A title or a description in a calendar's own words. Only who may see everything is told by a template: less is said as it always was. */

export type Templated = Pick<Calendar, 'privacy' | 'titleTemplate' | 'descriptionTemplate'>;
/** What each placeholder says; '' = it says nothing of this row. */
export type Filled = Readonly<Record<Placeholder, string>>;

const given = (template: string | null | undefined): string | null => (template === null || template === undefined || template.trim() === '' ? null : template);
export const titleTemplate = ({ privacy, titleTemplate: own }: Templated): string | null => (privacy === 'full' ? given(own) : null);
export const descriptionTemplate = ({ privacy, descriptionTemplate: own }: Templated): string | null => (privacy === 'full' ? given(own) : null);

const put = (text: string, values: Filled): string =>
  text.replace(NAMED, (whole, name: string) => {
    const known = placeholderOf(name);
    return known === null ? whole : values[known];
  });

/** What separates two parts, and separates nothing where one of them is empty. */
const SEPARATOR = '[\\s·–—|,;:/-]';
const DANGLING = new RegExp(`^${SEPARATOR}+|${SEPARATOR}+$`, 'gu');
const EMPTY_BRACKETS = /\(\s*\)|\[\s*\]/g;

/** On one line; '' = nothing of it says anything. */
export const titleFrom = (template: string, values: Filled): string =>
  put(template, values).replace(EMPTY_BRACKETS, '').replace(/\s+/g, ' ').replace(DANGLING, '');

/** A line is left out where none of what it names says anything. */
export function descriptionFrom(template: string, values: Filled): string {
  const lines = template.split(/\r?\n/).filter((line) => {
    const named = [...line.matchAll(NAMED)].flatMap(([, name = '']) => placeholderOf(name) ?? []);
    return named.length === 0 || named.some((name) => values[name] !== '');
  });
  return lines.map((line) => put(line, values).trimEnd()).join('\n').trim();
}
