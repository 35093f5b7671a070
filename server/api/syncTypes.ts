import type { SyncType } from '../../core/contract/looking.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { VendorManifest } from '../../core/vendors/vendor.ts';

type Category = VendorManifest['category'];

/** What connections of a category bring, whatever else they may. */
const BRINGS: Readonly<Record<Category, readonly SyncType[]>> = {
  photo_crm: ['bookings', 'contacts', 'payments'],
  business_crm: ['bookings', 'contacts', 'payments'],
  planning: ['bookings', 'contacts', 'payments'],
  leads: ['contacts'],
  venue: ['bookings', 'contacts'],
  catering: ['bookings'],
  florist: ['bookings'],
  booking: ['calendar', 'bookings', 'contacts'],
  payments: ['payments'],
  messaging: ['messages'],
  calendar: ['calendar'],
  marketing: ['contacts'],
  weather: ['weather'],
  bridge: ['calendar', 'payments', 'messages', 'bookings', 'contacts'],
};

/** Whether a connection brings what is wanted. A category that is not known any more brings nothing in particular. */
export const brings = ({ path }: Pick<Connection, 'path'>, category: Category | undefined, wanted: SyncType): boolean =>
  wanted === 'all' || (path === 'feed' ? wanted === 'calendar' : category !== undefined && BRINGS[category].includes(wanted));
