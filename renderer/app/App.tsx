import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { useConsole } from '../state/store.ts';
import { BackendProvider } from './context.ts';
import { Frame } from './Frame.tsx';
import { Palette } from './Palette.tsx';
import { StartProblem } from './Pairing.tsx';
import { theme } from './theme.ts';

function Content() {
  const phase = useConsole((state) => state.phase);
  const hasRecord = useConsole((state) => state.record !== null);
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
