import { useEffect, useRef, useState } from 'react';
import { severityRank } from '../../core/domain/day/openAlerts.ts';
import { after, type Cancel } from '../components/timers.ts';
import { severityWord } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

const AT_MOST_EVERY_MS = 4000;

/** Says new critical and emergency alerts to a screen reader; several within a few seconds become one sentence. */
export function Announcer() {
  const held = useConsole((state) => state.held);
  const [said, setSaid] = useState<{ readonly text: string; readonly urgent: boolean }>({ text: '', urgent: false });
  const lastSeq = useRef<number | null>(null);
  const waiting = useRef<{ title: string; word: string; urgent: boolean }[]>([]);
  const timer = useRef<Cancel | null>(null);
  const lastSaid = useRef(-AT_MOST_EVERY_MS);

  useEffect(() => {
    const newest = held[0]?.event.seq ?? 0;
    const since = lastSeq.current;
    lastSeq.current = newest;
    if (since === null) return;
    for (const { event, receivedAt } of held) {
      if (event.seq <= since) break;
      if (receivedAt > 0 && event.type === 'alert.raised' && event.collection === 'alerts' && severityRank(event.row.severity) >= severityRank('critical')) {
        waiting.current.push({ title: event.row.title, word: severityWord(event.row.severity), urgent: event.row.severity === 'emergency' });
      }
    }
    if (waiting.current.length === 0 || timer.current) return;
    timer.current = after(Math.max(0, lastSaid.current + AT_MOST_EVERY_MS - performance.now()), () => {
      timer.current = null;
      lastSaid.current = performance.now();
      const [first] = waiting.current;
      const text = waiting.current.length === 1 && first ? t('announce.one', { severity: first.word, title: first.title }) : t('announce.many', { count: waiting.current.length });
      setSaid({ text, urgent: waiting.current.some((each) => each.urgent) });
      waiting.current = [];
    });
  }, [held]);
  useEffect(() => () => timer.current?.(), []);

  return (
    <>
      <div className="vh" role="status" aria-live="polite">
        {said.urgent ? '' : said.text}
      </div>
      <div className="vh" role="alert" aria-live="assertive">
        {said.urgent ? said.text : ''}
      </div>
    </>
  );
}
