import { NativeSelect } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import type { ImportPreview, SystemFace } from '../../core/contract/systems.ts';
import { Failed } from '../accounts/fields.tsx';
import { countText, isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { Problems } from './Problems.tsx';
import { columnsMissing } from './table.ts';
import type { DateOrder, Importing } from './useImporting.ts';

const ORDERS = ['dmy', 'mdy', 'ymd'] as const satisfies readonly DateOrder[];

function ColumnMap({ face, importing, preview }: { readonly face: SystemFace; readonly importing: Importing; readonly preview: ImportPreview }) {
  const choices = [{ value: '', label: t('import.leaveOut') }, ...face.columns.map(({ key, label, required }) => ({ value: key, label: required ? t('import.neededColumn', { label }) : label }))];
  const example = preview.first.find((row) => Object.values(row.values).some((value) => value !== ''));
  return (
    <table className="import-table">
      <caption className="vh">{t('import.columns')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('import.heading')}</th>
          <th scope="col" className="import-example">
            {t('import.example')}
          </th>
          <th scope="col">{t('import.means')}</th>
        </tr>
      </thead>
      <tbody>
        {preview.headings.map((heading) => {
          const key = importing.columns[heading] ?? '';
          return (
            <tr key={heading}>
              <th scope="row">
                <bdi>{heading}</bdi>
              </th>
              <td className="import-example dim">
                <bdi>{key === '' ? '' : (example?.values[key] ?? '')}</bdi>
              </td>
              <td>
                <NativeSelect aria-label={t('import.meansOf', { heading: isolated(heading) })} data={choices} value={key} onChange={(event) => importing.map(heading, event.currentTarget.value)} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Rows({ face, preview }: { readonly face: SystemFace; readonly preview: ImportPreview }) {
  const used = face.columns.filter((column) => preview.first.some((row) => (row.values[column.key] ?? '') !== ''));
  return (
    <div className="import-scroll" role="region" aria-label={t('import.rows')} tabIndex={0}>
      <table className="import-table import-rows">
        <caption className="vh">{t('import.rows')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('import.line')}</th>
            <th scope="col">{t('import.becomes')}</th>
            {used.map((column) => (
              <th key={column.key} scope="col">
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.first.map((row) => (
            <tr key={row.line} data-problem={row.problem !== null || undefined}>
              <th scope="row" className="num">
                {row.line}
              </th>
              <td className="import-becomes">{row.problem ?? <bdi>{row.title ?? t('import.untitled')}</bdi>}</td>
              {used.map((column) => (
                <td key={column.key}>
                  <bdi>{row.values[column.key] ?? ''}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the file would bring: which column is what, how dates are meant, and what each row becomes or why not. */
export function Check({ face, importing, preview }: { readonly face: SystemFace; readonly importing: Importing; readonly preview: ImportPreview }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const { file, busy, outdated, dateOrder } = importing;
  const missing = columnsMissing(face.columns, importing.columns);
  const asksOrder = preview.dateOrderUnclear || dateOrder !== null;
  const undecided = preview.dateOrderUnclear && dateOrder === null;
  return (
    <section className="import-check" aria-labelledby="import-check">
      <h2 id="import-check" ref={heading} tabIndex={-1}>
        {t('import.checkTitle', { name: isolated(file?.name ?? t('import.pastedName')) })}
      </h2>
      <p role="status">
        {t('import.found', { count: preview.rows, shown: countText(preview.rows) })} {t('import.good', { count: preview.good, shown: countText(preview.good) })}
        {file?.western === true ? ` ${t('import.western')}` : ''}
      </p>
      <h3>{t('import.columns')}</h3>
      <ColumnMap face={face} importing={importing} preview={preview} />
      {missing.length > 0 ? (
        <p className="inline-error" role="alert">
          {t('import.missing', { columns: missing.map((column) => column.label).join(', ') })}
        </p>
      ) : null}
      {asksOrder ? (
        <NativeSelect
          className="import-order"
          label={t('import.dateOrder')}
          description={t('import.dateOrderHelp')}
          value={dateOrder ?? ''}
          data={[{ value: '', label: t('import.chooseOrder') }, ...ORDERS.map((value) => ({ value, label: t(`import.orders.${value}`) }))]}
          onChange={(event) => importing.setDateOrder(ORDERS.find((order) => order === event.currentTarget.value) ?? null)}
        />
      ) : null}
      <h3>{t('import.rows')}</h3>
      {outdated ? <p className="dim">{t('import.outdated')}</p> : null}
      <Rows face={face} preview={preview} />
      <Problems problems={preview.problems} />
      <Failed words={importing.failed} />
      <p className="connect-ways">
        {outdated ? (
          <button type="button" className="button button-main" disabled={busy !== null || missing.length > 0} onClick={importing.look}>
            {t(busy === 'looking' ? 'import.looking' : 'import.lookAgain')}
          </button>
        ) : (
          <button type="button" className="button button-main" disabled={busy !== null || missing.length > 0 || undecided || preview.good === 0} onClick={importing.take}>
            {t('import.take', { count: preview.good, shown: countText(preview.good) })}
          </button>
        )}
        <button type="button" className="button" onClick={importing.again}>
          {t('import.other')}
        </button>
        {undecided && !outdated ? <span className="dim">{t('import.undecided')}</span> : null}
      </p>
    </section>
  );
}
