import { useMemo, useState } from 'react';
import { movedTo, versionOf, type House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { Choice } from '../components/Choice.tsx';
import { isolated } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { judgeAll, propose } from './acts.ts';
import { missingText, WallField, wallText, wallTime } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';
import { setHolding } from './holding.ts';
import { useRole } from './useHouse.ts';
import { reasonsOf } from './words.ts';

/** Another time, length or resource without dragging: filled in, then looked at and confirmed like everything that is carried. */
export function MoveForm({ house, one }: { readonly house: House; readonly one: Occupancy }) {
  const role = useRole();
  const now = useNow(60_000);
  const { zone } = house;
  const kind = house.rows.resources[one.resourceId]?.kind;
  // As it stood when the form was opened; who is overtaken is told so on the card.
  const [was] = useState({ one, version: versionOf(house, one.id) });
  const [at, setAt] = useState({ from: wallText(one.startsAt, zone), to: wallText(one.endsAt, zone) });
  const [resourceId, setResourceId] = useState(one.resourceId);
  const [tried, setTried] = useState(false);
  // In the hour that a clock goes through twice the text does not tell which is meant: left alone it is the one that stands there.
  const instant = (text: string, stood: number): number | null => (text === wallText(stood, zone) ? stood : wallTime(text, zone));
  const [begin, end] = [instant(at.from, was.one.startsAt), instant(at.to, was.one.endsAt)];
  const backwards = begin !== null && end !== null && end <= begin;
  const to = useMemo(
    () => (begin === null || end === null || end <= begin ? null : movedTo(house, was.one, { resourceId, startsAt: begin, endsAt: end })),
    [begin, end, house, resourceId, was],
  );
  const isMoved = begin !== was.one.startsAt || end !== was.one.endsAt || resourceId !== was.one.resourceId;
  // With all that follows it, as on the card that comes after.
  const whole = useMemo(() => (to && isMoved ? judgeAll(house, [to], [], role, now) : null), [house, isMoved, now, role, to]);
  const reasons = whole ? reasonsOf(house, whole.drop, whole.to) : [];
  const close = (): void => setHolding({ dialog: null });
  const places = Object.values(house.rows.resources)
    .filter((row) => row.kind === kind && (row.state === 'active' || row.id === one.resourceId))
    .sort((a, b) => a.name.localeCompare(b.name));

  /** Its end goes along, so that it stays as long as it is. */
  const setFrom = (from: string): void => {
    const next = wallTime(from, zone);
    setAt(next === null || begin === null || end === null || backwards ? { ...at, from } : { from, to: wallText(next + end - begin, zone) });
  };
  return (
    <FormDialog title={t('calendar.form.move', { title: isolated(one.label) })} onClose={close}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!to || !isMoved) return;
          close();
          propose(house, [{ to, version: was.version }], role, Date.now());
        }}
      >
        <div className="cal-form-pair">
          <WallField
            label={t('calendar.form.from')} description={t('calendar.form.endGoesAlong')} value={at.from}
            error={missingText(tried, begin === null)} onChange={setFrom}
          />
          <WallField
            label={t('calendar.form.to')} description={t('calendar.form.endAlone')} value={at.to}
            error={backwards ? t('calendar.form.backwards') : missingText(tried, end === null)} onChange={(text) => setAt({ ...at, to: text })}
          />
        </div>
        <Choice
          label={t('calendar.form.resource')} choices={places.map(({ id: value, name }) => ({ value, label: name }))}
          value={resourceId} onChange={setResourceId}
        />
        <div role="status">
          {whole ? (
            <ul className="cal-effects">
              {reasons.length === 0 ? <li data-effect="free">{t('calendar.nothingClashes')}</li> : null}
              {reasons.map((text) => (
                <li key={text} data-effect="appears">
                  {text}
                </li>
              ))}
            </ul>
          ) : null}
          {tried && to && !isMoved ? <p className="inline-error">{t('calendar.form.unmoved')}</p> : null}
        </div>
        <FormActs onClose={close} refused={whole?.drop.verdict === 'refused'} saveAs={t('calendar.form.look')} />
      </form>
    </FormDialog>
  );
}
