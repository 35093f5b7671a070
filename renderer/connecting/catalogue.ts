import type { ConnectPath, SystemFace, SystemField, SystemSummary } from '../../core/contract/systems.ts';
import { fold, queryWords } from '../../core/domain/search/words.ts';

/** What the catalogue and the wizard read out of what a system says of itself. */

type Path = SystemSummary['paths'][number];
export const connectPaths = (system: Pick<SystemSummary, 'paths'>): ConnectPath[] => system.paths.filter((path): path is ConnectPath => path !== 'none');

/** How soon a fact is here that happened over there. */
export type Soon = { readonly kind: 'at_once' | 'few_minutes' | 'at_import' | 'by_mail' | 'with_feed' | 'never' } | { readonly kind: 'every'; readonly minutes: number };

export function soonOf({ capabilities, looksEverySeconds }: Pick<SystemSummary, 'capabilities' | 'looksEverySeconds'>, path: Path): Soon {
  const looks: Soon = looksEverySeconds === null ? { kind: 'with_feed' } : { kind: 'every', minutes: Math.max(1, Math.round(looksEverySeconds / 60)) };
  switch (path) {
    case 'native':
      return capabilities.webhook ? { kind: 'at_once' } : looks;
    case 'bridge':
      return { kind: 'few_minutes' };
    case 'feed':
      return looks;
    case 'file':
      return { kind: 'at_import' };
    case 'mail':
      return { kind: 'by_mail' };
    case 'none':
      return { kind: 'never' };
  }
}

/** How often a connection is looked at, whether or not it can call us; null = it is not. */
export const looksOf = ({ looksEverySeconds }: Pick<SystemSummary, 'looksEverySeconds'>, path: Path): Soon | null =>
  path === 'native' && looksEverySeconds !== null ? { kind: 'every', minutes: Math.max(1, Math.round(looksEverySeconds / 60)) } : null;

/** The systems whose words hold every typed word, in the order given. `words` = what is shown of a system. */
export function matching(systems: readonly SystemSummary[], query: string, words: (system: SystemSummary) => string): SystemSummary[] {
  const asked = queryWords(query);
  return asked.length === 0 ? [...systems] : systems.filter((system) => {
    const text = fold(words(system));
    return asked.every((word) => text.includes(word));
  });
}

/** The categories that there are, each once, in the order of their first system. */
export const categoriesOf = (systems: readonly SystemSummary[]): string[] => [...new Set(systems.map((system) => system.category))];

const onPath = (field: SystemField, path: Path): boolean => field.paths.length === 0 || field.paths.includes(path);
/** A second secret, valid beside the first one while that is being replaced, is nobody's first question. */
const isPrevious = (field: SystemField, fields: readonly SystemField[]): boolean => field.key.endsWith('Previous') && fields.some((other) => other.key === field.key.slice(0, -'Previous'.length));

/** What is asked for before there is a connection; secrets that are told only for a known address come after it. */
export const askedFirst = (face: SystemFace, path: Path): SystemField[] => face.fields.filter((field) => onPath(field, path) && field.input !== 'generated' && !field.later && !isPrevious(field, face.fields));
export const askedLater = (face: SystemFace, path: Path): SystemField[] => face.fields.filter((field) => onPath(field, path) && field.later);
export const generatedOf = (face: SystemFace, path: Path): SystemField[] => face.fields.filter((field) => onPath(field, path) && field.input === 'generated');
export const previousOf = (face: SystemFace, path: Path): SystemField[] => face.fields.filter((field) => onPath(field, path) && isPrevious(field, face.fields));

/** Whether something has to be fetched over there before the form can be filled in. */
const fetchedFirst = (face: SystemFace, path: Path): boolean => askedFirst(face, path).some((field) => field.required && !['choice', 'zone', 'currency'].includes(field.input));
export const guideOf = (face: SystemFace, path: Path) => face.guides.find((guide) => guide.path === path) ?? null;

/** The steps of a guide that can be done before there is an address to carry over. */
export function stepsFirst(steps: readonly string[]): readonly string[] {
  const cut = steps.findIndex((step) => /\{(webhookUrl|mailAddress|bearerToken)\}/.test(step));
  return cut < 0 ? steps : steps.slice(0, cut);
}

export const STEPS = ['way', 'guide', 'details', 'try', 'done'] as const;
export type Step = (typeof STEPS)[number];

/** The wizard's steps for one way. The guide comes before the form only where the form needs what it leads to. */
export function stepsOf(face: SystemFace, path: Path): Step[] {
  const later = askedLater(face, path).length > 0;
  return [
    ...(connectPaths(face).length > 1 ? (['way'] as const) : []),
    ...(fetchedFirst(face, path) && stepsFirst(guideOf(face, path)?.steps ?? []).length > 0 ? (['guide'] as const) : []),
    'details',
    ...(path === 'native' && face.capabilities.test && !later && !face.oauth ? (['try'] as const) : []),
    'done',
  ];
}
