import { NativeSelect } from '@mantine/core';
import { useDeferredValue, useMemo, useState } from 'react';
import { CLASH_LEVELS, LONGEST_WAY_MINUTES, type HouseRules } from '../../core/contract/record/taking.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { VENUE_RULES } from '../../core/domain/conflicts/model.ts';
import { previewOf, type RulesPreview } from '../../core/domain/conflicts/rulesPreview.ts';
import { knownPlaces } from '../../core/domain/conflicts/ways.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { History } from '../inspector/History.tsx';
import { useConsole } from '../state/store.ts';
import { saveRules } from '../state/taking.ts';
import { CountField } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';
import { WaysField, type WayDraft } from './WaysField.tsx';

type Levels = HouseRules['levels'];
type Pair = keyof Levels;
const PAIRS = Object.keys(CLASH_LEVELS) as Pair[];

/** What other rules would make of what stands, in one sentence. */
export function previewText({ appear, go, harder, softer, otherwise }: RulesPreview): string {
  const counts = [
    ['calendar.houseRules.appearHard', appear.block], ['calendar.houseRules.appearWarned', appear.warn], ['calendar.houseRules.harder', harder],
    ['calendar.houseRules.softer', softer], ['calendar.houseRules.go', go], ['calendar.houseRules.otherwise', otherwise],
  ] as const;
  const said = counts.flatMap(([key, count]) => (count > 0 ? [t(key, { count })] : []));
  return said.length === 0 ? t('calendar.houseRules.nothing') : `${said.join(', ')}.`;
}

/** Which two clash in this house and how hard, and how long its ways are; what of it would be otherwise is shown before it is saved. */
export function RulesForm({ house, onClose }: { readonly house: House; readonly onClose: () => void }) {
  const backend = useBackend();
  const { houseRules, conflicts } = useTables();
  const houseId = useConsole((state) => state.record?.organisation.id ?? '');
  const now = useNow(60_000);
  // As it stood when the form was opened: what somebody else has changed meanwhile is told, not overwritten.
  const [was] = useState<HouseRules | null>(() => houseRules[houseId] ?? null);
  const standing = houseRules[houseId];
  // Of a house that has said nothing these hold; each of them is one of the levels that its pair may have.
  const [levels, setLevels] = useState<Levels>(() => was?.levels ?? (VENUE_RULES as Levels));
  const [usualMinutes, setUsual] = useState<number | null>(was?.travel.usualMinutes ?? null);
  const [ways, setWays] = useState<HouseRules['travel']['ways']>(() => was?.travel.ways ?? []);
  const [draft, setDraft] = useState<WayDraft | null>(null);
  const [tried, setTried] = useState(false);
  const said = useDeferredValue(useMemo(() => ({ levels, travel: { usualMinutes, ways } }), [levels, usualMinutes, ways]));
  const preview = useMemo(() => previewText(previewOf(house, Object.values(conflicts), said, now)), [house, conflicts, said, now]);
  const places = useMemo(() => knownPlaces(house), [house]);

  return (
    <FormDialog title={t('calendar.houseRules.title')} onClose={onClose}>
      <form
        className="cal-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (draft !== null) return;
          void saveRules(backend, { houseId, basedOnVersion: was?.version ?? null, levels, travel: { usualMinutes, ways } }).then((done) => {
            tellDecided(done, houseId);
            if (done.kind !== 'not_kept') onClose();
          });
        }}
      >
        <p>{t('calendar.houseRules.help')}</p>
        <table className="cal-rules">
          <thead>
            <tr>
              <th scope="col">{t('calendar.houseRules.pair')}</th>
              <th scope="col">{t('calendar.houseRules.howHard')}</th>
            </tr>
          </thead>
          <tbody>
            {PAIRS.map((pair, index) => (
              <tr key={pair}>
                <th scope="row">
                  <span className="cal-who">{t(`calendar.houseRules.pairs.${pair}`)}</span>
                  <span className="row-sub" id={`rule-${pair}`}>
                    {t(`calendar.houseRules.says.${pair}`)}
                  </span>
                </th>
                <td>
                  <NativeSelect
                    aria-label={t(`calendar.houseRules.pairs.${pair}`)}
                    aria-describedby={`rule-${pair}`}
                    {...(index === 0 ? { 'data-autofocus': true } : {})}
                    data={CLASH_LEVELS[pair].map((value) => ({ value, label: t(`calendar.houseRules.levels.${value}`) }))}
                    value={levels[pair]}
                    onChange={(event) => {
                      const value = event.currentTarget.value;
                      setLevels({ ...levels, [pair]: CLASH_LEVELS[pair].find((one) => one === value) ?? levels[pair] });
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="dim">{t('calendar.houseRules.never')}</p>
        <fieldset className="cal-ways">
          <legend>{t('calendar.houseRules.travel')}</legend>
          <p className="dim">{t('calendar.houseRules.travelHelp')}</p>
          <CountField label={t('calendar.houseRules.usual')} description={t('calendar.houseRules.usualHelp')} value={usualMinutes} max={LONGEST_WAY_MINUTES} onChange={setUsual} />
          <WaysField ways={ways} places={places} tried={tried} onWays={setWays} onDraft={setDraft} />
        </fieldset>
        <p className="cal-rules-preview" role="status">
          <span className="cal-who">{t('calendar.houseRules.preview')}</span> {preview}
        </p>
        <FormActs onClose={onClose} />
      </form>
      {standing ? <History collection="houseRules" row={standing} zone={house.zone} /> : null}
    </FormDialog>
  );
}
