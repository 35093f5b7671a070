import { acuity } from './acuity/index.ts';
import { aislePlanner } from './aisle-planner/index.ts';
import { bridge } from './bridge/index.ts';
import { caldav } from './caldav/index.ts';
import { calendly } from './calendly/index.ts';
import { catertrax } from './catertrax/index.ts';
import { constantContact } from './constant-contact/index.ts';
import { curate } from './curate/index.ts';
import { detailsFlowers } from './details-flowers/index.ts';
import { dubsado } from './dubsado/index.ts';
import { eventTemple } from './event-temple/index.ts';
import { flowermate } from './flowermate/index.ts';
import { gather } from './gather/index.ts';
import { googleCalendar } from './google-calendar/index.ts';
import { honeybook } from './honeybook/index.ts';
import { icalFeed } from './ical-feed/index.ts';
import { icloud } from './icloud/index.ts';
import { irisWorks } from './iris-works/index.ts';
import { lightBlue } from './light-blue/index.ts';
import { mailchimp } from './mailchimp/index.ts';
import { microsoftGraph } from './microsoft-graph/index.ts';
import { microsoftTeams } from './microsoft-teams/index.ts';
import { nws } from './nws/index.ts';
import { openMeteo } from './open-meteo/index.ts';
import { paypal } from './paypal/index.ts';
import { pixieset } from './pixieset/index.ts';
import { planningPod } from './planning-pod/index.ts';
import { resend } from './resend/index.ts';
import { seventeenHats } from './seventeen-hats/index.ts';
import { shootq } from './shootq/index.ts';
import { slack } from './slack/index.ts';
import { sproutStudio } from './sprout-studio/index.ts';
import { square } from './square/index.ts';
import { stripe } from './stripe/index.ts';
import { studioNinja } from './studio-ninja/index.ts';
import { teamFlower } from './team-flower/index.ts';
import { tripleseat } from './tripleseat/index.ts';
import { twilio } from './twilio/index.ts';
import type { VendorModule } from './vendor.ts';
import { vscoWorkspace } from './vsco-workspace/index.ts';
import { weddingwire } from './weddingwire/index.ts';
import { whatsapp } from './whatsapp/index.ts';

/** Every vendor that this build knows, by the id in its manifest. Adding one is its folder and one line here. */
export const VENDORS: ReadonlyMap<string, VendorModule> = new Map(
  [
    acuity,
    aislePlanner,
    bridge,
    caldav,
    calendly,
    catertrax,
    constantContact,
    curate,
    detailsFlowers,
    dubsado,
    eventTemple,
    flowermate,
    gather,
    googleCalendar,
    honeybook,
    icalFeed,
    icloud,
    irisWorks,
    lightBlue,
    mailchimp,
    microsoftGraph,
    microsoftTeams,
    nws,
    openMeteo,
    paypal,
    pixieset,
    planningPod,
    resend,
    seventeenHats,
    shootq,
    slack,
    sproutStudio,
    square,
    stripe,
    studioNinja,
    teamFlower,
    tripleseat,
    twilio,
    vscoWorkspace,
    weddingwire,
    whatsapp,
  ].map((vendor) => [vendor.manifest.id, vendor]),
);

/** The vendor of a system name as it stands in a webhook address; null = unknown. */
export function vendorModule(system: string): VendorModule | null {
  return VENDORS.get(system) ?? null;
}
