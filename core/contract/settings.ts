import { z } from 'zod';
import { Severity } from './record.ts';

/** What a person chose on this machine. Anything unreadable falls back to its default, field by field. */
export const Settings = z.object({
  /** Address of the companion server; null = run the embedded one. */
  serverUrl: z.url({ protocol: /^https?$/ }).nullable().catch(null),
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  density: z.enum(['comfortable', 'compact']).catch('comfortable'),
  notifications: z
    .object({
      enabled: z.boolean().catch(true),
      minimumSeverity: Severity.catch('warning'),
      sound: z.boolean().catch(true),
    })
    .catch({ enabled: true, minimumSeverity: 'warning', sound: true }),
  keepRunningInTray: z.boolean().catch(true),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = {
  serverUrl: null,
  theme: 'system',
  density: 'comfortable',
  notifications: { enabled: true, minimumSeverity: 'warning', sound: true },
  keepRunningInTray: true,
};

export const SettingsPatch = z
  .strictObject({
    theme: z.enum(['system', 'light', 'dark']),
    density: z.enum(['comfortable', 'compact']),
    notifications: z.strictObject({ enabled: z.boolean(), minimumSeverity: Severity, sound: z.boolean() }),
    keepRunningInTray: z.boolean(),
  })
  .partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
