import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import type { Refused } from '../../core/contract/errors.ts';
import type { ConnectAnswer, ConnectPath, SystemFace, SystemField, TestReport } from '../../core/contract/systems.ts';
import { refusedWords } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { guessCurrency } from '../founding/guess.ts';
import { errorWords, t } from '../i18n/index.ts';
import { useSettingZone } from '../accounts/zone.ts';
import { isCallSecret, placesOf, type Place } from './keeping.ts';
import { useNotHere } from './WhereKept.tsx';
import { askedFirst, askedLater, connectPaths, stepsOf, type Step } from './catalogue.ts';
import { connectRequest, fieldOf, firstProblem, initialValues, sorted, type Typed } from './values.ts';

export interface Failure {
  readonly words: string;
  /** What the other side said. */
  readonly said: string | null;
  /** They are away, nothing that was entered is known to be wrong. */
  readonly away: boolean;
}

export interface Connecting {
  readonly path: ConnectPath | null;
  readonly steps: readonly Step[];
  readonly step: Step;
  readonly fields: readonly SystemField[];
  readonly typed: Typed;
  readonly name: string;
  /** Where the key may be kept, the usual place first, and where it is to be. */
  readonly places: readonly Place[];
  readonly place: Place;
  readonly busy: 'trying' | 'connecting' | null;
  readonly wrong: { readonly key: string; readonly words: string } | null;
  readonly failure: Failure | null;
  readonly report: TestReport | null;
  readonly made: ConnectAnswer | null;
  /** Something would be lost by leaving. */
  readonly dirty: boolean;
  choosePath(path: ConnectPath): void;
  type(key: string, value: string): void;
  setName(name: string): void;
  setPlace(place: Place): void;
  goTo(step: Step): void;
  /** Out of the form: on to trying it out, or to connecting where there is nothing to try. */
  submit(): void;
  connect(evenIfUntested: boolean): void;
  /** Waits no longer for an answer; what was typed stays. */
  cancel(): void;
}

/** One system being connected: what was typed, where the person is, and what came of it. Nothing typed is ever dropped by an error. */
export function useConnecting(face: SystemFace): Connecting {
  const backend = useBackend();
  const queries = useQueryClient();
  const zone = useSettingZone();
  const ways = connectPaths(face);
  const guesses = useMemo(() => ({ zone, currency: guessCurrency(zone, navigator.language) }), [zone]);
  const [path, setPath] = useState<ConnectPath | null>(ways.length === 1 ? (ways[0] ?? null) : null);
  const initial = useMemo(() => initialValues(face.fields, guesses), [face, guesses]);
  const [changed, setChanged] = useState<Typed>({});
  const [name, setName] = useState('');
  const [chosenPlace, setPlace] = useState<Place | null>(null);
  const steps = useMemo<readonly Step[]>(() => (path === null ? ['way'] : stepsOf(face, path)), [face, path]);
  const [step, setStep] = useState<Step>(steps[0] ?? 'details');
  const [busy, setBusy] = useState<Connecting['busy']>(null);
  const [wrong, setWrong] = useState<Connecting['wrong']>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [report, setReport] = useState<TestReport | null>(null);
  const [made, setMade] = useState<ConnectAnswer | null>(null);
  // An answer that nobody waits for any more must not move the page.
  const turn = useRef(0);

  const fields = path === null ? [] : askedFirst(face, path);
  const typed = { ...initial, ...changed };
  const places = placesOf(null, useNotHere(face, path ?? 'none'));
  const place = chosenPlace !== null && places.includes(chosenPlace) ? chosenPlace : (places[0] ?? 'vault');
  /** Only where a key was typed: an empty one is kept nowhere. */
  const kept = place === 'here' && fields.some((field) => isCallSecret(field, path ?? 'none') && (typed[field.key] ?? '').trim() !== '') ? backend.systems.kept : null;
  const secretsLater = path !== null && askedLater(face, path).length > 0;

  const settled = (): void => {
    setWrong(null);
    setFailure(null);
  };
  const fails = (error: Refused): void => {
    const key = fieldOf(error, fields);
    if (key !== null) {
      setWrong({ key, words: errorWords(error.code) });
      setStep('details');
      // An address that does not answer may be right all the same: then it can be connected without trying.
      if (error.code !== 'connect.untried') return;
    }
    setFailure({ words: refusedWords(error), said: null, away: error.code === 'connect.untried' });
  };
  const waitFor = async <T>(what: 'trying' | 'connecting', answer: Promise<T>): Promise<T | null> => {
    const mine = (turn.current += 1);
    setBusy(what);
    const got = await answer;
    if (turn.current !== mine) return null;
    setBusy(null);
    return got;
  };
  const connect = async (evenIfUntested: boolean): Promise<void> => {
    if (path === null || busy !== null) return;
    settled();
    const answer = await waitFor('connecting', (kept ?? backend.systems).connect(connectRequest({ system: face.id, path, name, fields, typed, secretsLater }, evenIfUntested)));
    if (answer === null) return;
    if (!answer.ok) return fails(answer.error);
    setMade(answer.value);
    setChanged({});
    setStep('done');
    void queries.invalidateQueries({ queryKey: ['systems'], exact: true });
    void queries.invalidateQueries({ queryKey: ['integrations'] });
  };
  const tryOut = async (): Promise<void> => {
    if (path === null || busy !== null) return;
    settled();
    setReport(null);
    setStep('try');
    const answer = await waitFor('trying', (kept ?? backend.systems).tryOut({ system: face.id, path, ...sorted(fields, typed) }));
    if (answer === null) return;
    if (!answer.ok) return fails(answer.error);
    const { value } = answer;
    if (value.outcome === 'worked') setReport(value.report);
    else if (value.outcome === 'failed') {
      setFailure({ words: errorWords(value.code), said: value.message, away: value.retryable });
      const field = fields.find((one) => one.key === value.field);
      if (field) {
        setWrong({ key: field.key, words: errorWords(value.code) });
        setStep('details');
      }
    } else await connect(false);
  };

  return {
    path, steps, step, fields, typed, name, places, place, busy, wrong, failure, report, made,
    dirty: made === null && (name.trim() !== '' || Object.entries(changed).some(([key, value]) => value !== (initial[key] ?? ''))),
    choosePath(next) {
      setPath(next);
      settled();
      setStep(stepsOf(face, next)[1] ?? 'details');
    },
    type(key, value) {
      setChanged((before) => ({ ...before, [key]: value }));
      setReport(null);
      if (wrong?.key === key) setWrong(null);
    },
    setName,
    setPlace(next) {
      setPlace(next);
      setReport(null);
    },
    goTo(next) {
      settled();
      setStep(next);
    },
    submit() {
      const problem = firstProblem(fields, typed);
      if (problem) return setWrong({ key: problem.key, words: t(`connect.problem.${problem.problem}`) });
      void (steps.includes('try') ? tryOut() : connect(false));
    },
    connect: (evenIfUntested) => void connect(evenIfUntested),
    cancel() {
      turn.current += 1;
      setBusy(null);
      setStep('details');
    },
  };
}
