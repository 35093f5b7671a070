import { z } from 'zod';
import { Severity } from './record/row.ts';

/** The wall display: how long a page stays in seconds, whether couples are named, and its own look. */
export const WallSettings = z.object({
  intervalSeconds: z.int().min(5).max(120).catch(15),
  coupleNames: z.boolean().catch(true),
  theme: z.enum(['dark', 'light']).catch('dark'),
});
export type WallSettings = z.infer<typeof WallSettings>;
const DEFAULT_WALL: WallSettings = { intervalSeconds: 15, coupleNames: true, theme: 'dark' };

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
  wall: WallSettings.catch(DEFAULT_WALL),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = {
  serverUrl: null,
  theme: 'system',
  density: 'comfortable',
  notifications: { enabled: true, minimumSeverity: 'warning', sound: true },
  keepRunningInTray: true,
  wall: DEFAULT_WALL,
};

export const SettingsPatch = z
  .strictObject({
    theme: z.enum(['system', 'light', 'dark']),
    density: z.enum(['comfortable', 'compact']),
    notifications: z.strictObject({ enabled: z.boolean(), minimumSeverity: Severity, sound: z.boolean() }),
    keepRunningInTray: z.boolean(),
    wall: z.strictObject({ intervalSeconds: z.int().min(5).max(120), coupleNames: z.boolean(), theme: z.enum(['dark', 'light']) }),
  })
  .partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
