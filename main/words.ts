/** What the desktop says outside its windows: tray, toasts, dialogs. The console's own words are in resources/locales. */
export const WORDS = {
  product: 'WedSync Command Centre',
  tray: {
    open: 'Open command centre',
    quit: 'Quit',
    live: 'Live',
    connecting: 'Connecting',
    catchingUp: (behind: number): string => (behind > 0 ? `Catching up: ${behind} behind` : 'Catching up'),
    offline: (since: string): string => `Offline since ${since}`,
    refused: 'Not signed in to the server',
    stillRunningTitle: 'Still running',
    stillRunningBody: 'Alerts keep coming. Open or quit from the tray.',
  },
  wall: { open: 'Open wall display', close: 'Close wall display' },
  toasts: {
    more: (count: number): string => `${count} more ${count === 1 ? 'alert' : 'alerts'}`,
    testTitle: 'Test notification',
    testBody: 'This is how an alert reaches you on this machine.',
  },
  banners: {
    toastFailed: 'Could not be shown as a desktop notification.',
    toastWhy: {
      unsupported: 'This system shows no desktop notifications.',
      no_daemon: 'No notification service is running on this machine.',
      timeout: 'The notification service did not answer.',
      error: 'The notification service refused it.',
    },
    secretsTitle: 'No keychain on this machine',
    secretsBody: 'This device stays signed in until the program is closed; nothing is written to disk. Then it is paired again.',
    serverTitle: 'The server on this machine did not start',
    wallLostTitle: 'The wall display is closed',
    wallLost: (name: string): string => `Its screen${name === '' ? '' : ` (${name})`} is not connected any more. It opens again by itself when that screen is back.`,
    wallCrashed: 'It failed several times in a row. Open it again from the menu; nothing recorded is lost.',
    windowsFullTitle: 'No more windows',
    windowsFull: 'Eight windows are open. Close one of them, then open the new one.',
  },
  start: {
    environment: 'WedSync cannot start: a setting in the environment is wrong.',
    crashed: 'Something went wrong and WedSync has to close. What happened is in the log.',
    consoleCrashed: 'The window failed several times in a row. Close the program and start it again; nothing recorded is lost.',
  },
} as const;
