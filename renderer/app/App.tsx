import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider, timeoutManager } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { numberedTimers } from '../components/timers.ts';
import { t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { useConsole } from '../state/store.ts';
import { BackendProvider } from './context.ts';
import { Frame } from './Frame.tsx';
import { Palette } from './Palette.tsx';
import { StartProblem } from './Pairing.tsx';
import { DoorPage } from '../accounts/DoorPage.tsx';
import { FoundOnDesktop } from '../founding/FoundPages.tsx';
import { PairScreen } from '../accounts/PairDesktop.tsx';
import { SignInPage } from '../accounts/SignInPage.tsx';
import { useDoor, watchDoor } from '../state/backend/door.ts';
import { theme } from './theme.ts';

// Before any query: the library's own intervals would go on in a page that nobody sees.
timeoutManager.setTimeoutProvider(numberedTimers());

function Content() {
  const phase = useConsole((state) => state.phase);
  const hasRecord = useConsole((state) => state.record !== null);
  const home = useConsole((state) => state.home);
  const pairing = useConsole((state) => state.pairing);
  const { door } = useDoor();
  useEffect(() => (home === 'browser' ? watchDoor() : undefined), [home]);
  if (home === 'browser' && door && door.kind !== 'signed_on' && phase.kind !== 'starting') return <DoorPage door={door} />;
  if (home === 'browser' && phase.kind === 'pairing') return <SignInPage code={phase.code} />;
  if (home === 'desktop' && pairing?.mayFound) return <FoundOnDesktop />;
  if (pairing?.needed && pairing.server.url) return <PairScreen needed={pairing.needed} server={pairing.server.url} />;
  if (phase.kind === 'pairing' || phase.kind === 'failed') return <StartProblem kind={phase.kind} code={phase.code} />;
  // What is kept here is shown at once; the rest of the start happens behind it.
  if (phase.kind === 'starting' && !hasRecord) {
    return (
      <main className="plain">
        <p className="plain-mark">WedSync</p>
        <h1>{t('day.loadingTitle')}</h1>
        <p>{t('day.loading')}</p>
      </main>
    );
  }
  return (
    <>
      <Frame />
      <Palette />
      <Notifications position="bottom-right" limit={4} />
    </>
  );
}

export function App({ backend }: { readonly backend: Backend }) {
  const settings = useConsole((state) => state.settings);
  const system = useColorScheme('light', { getInitialValueInEffect: false });
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 5_000, networkMode: 'always' } } }));
  useEffect(() => {
    document.documentElement.dataset['density'] = settings.density;
  }, [settings.density]);
  return (
    // The stylesheet carries all variables: nothing is written into <style> elements, so the page runs under a strict policy.
    <MantineProvider theme={theme} forceColorScheme={settings.theme === 'system' ? system : settings.theme} withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <BackendProvider value={backend}>
          <Content />
        </BackendProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
