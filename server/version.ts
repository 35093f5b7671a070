/** Equals the version in package.json (a test holds that). */
export const VERSION = '0.1.0';
