import { VIEWER_ZONE } from '../components/format.ts';
import { useConsole } from '../state/store.ts';

/** The venue's zone; the viewer's own before the record is there. */
export const useSettingZone = (): string => useConsole((state) => state.record?.organisation.zone ?? VIEWER_ZONE);
