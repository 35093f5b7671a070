import { createInstance } from 'i18next';
import en from '../../resources/locales/en.json';

/** `a.b.c` for every sentence of the catalogue; plural forms are addressed without their suffix. */
type Bare<K extends string> = K extends `${infer Base}_zero` | `${infer Base}_one` | `${infer Base}_other` ? Base : K;
type Paths<T> = { [K in keyof T & string]: T[K] extends string ? Bare<K> : `${K}.${Paths<T[K]>}` }[keyof T & string];
export type WordKey = Paths<typeof en>;
export type WordValues = Readonly<Record<string, string | number>>;

const words = createInstance();
// React escapes what it renders; escaping here as well would show `&amp;` in names.
void words.init({ lng: 'en', fallbackLng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: false }, initAsync: false, returnNull: false });

/** The sentence for `key` in the reader's language. */
export const t = (key: WordKey, values: WordValues = {}): string => words.t(key, values);

/** For keys put together from data (codes, severities): the sentence, or null when the catalogue has none. */
export const tMaybe = (key: string, values: WordValues = {}): string | null => (words.exists(key, values) ? words.t(key, values) : null);

/** The sentence for an error code that came over a boundary. */
export const errorWords = (code: string): string => tMaybe(`errors.${code}`) ?? t('errors.internal');
