import type { SystemSummary } from '../../core/contract/systems.ts';
import { t, tMaybe } from '../i18n/index.ts';
import type { Soon } from './catalogue.ts';

type Path = SystemSummary['paths'][number];

export const pathWords = (path: Path): string => t(`connect.paths.${path}`);
export const soonWords = (soon: Soon): string => (soon.kind === 'every' ? t('connect.soon.every', { count: soon.minutes }) : t(`connect.soon.${soon.kind}`));
export const categoryWords = (category: string): string => tMaybe(`connect.categories.${category}`) ?? category;
