import { rmSync } from 'node:fs';
import path from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

/**
 * Every switch that Electron lets a packager burn in, with our reason. `strictlyRequireAllFuses` makes a new fuse of a
 * later Electron an error until it is decided here (electron-builder's own list does not know all of them).
 */
export const FUSES = {
  // A signed app must not serve as a general Node interpreter for whoever starts it.
  [FuseV1Options.RunAsNode]: false,
  // Cookies at rest are encrypted with the system's keychain.
  [FuseV1Options.EnableCookieEncryption]: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS could load foreign code or trust foreign certificates.
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  // --inspect would open every secret in main to any local process.
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // The archive's content is checked against the hash in the executable (macOS and Windows).
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  // No loose app/ folder may take the archive's place.
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // We ship one V8 snapshot; a separate one for the browser process does not exist.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Pages come from app://, never from file://, which therefore gets no privilege.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // Fast and safe bounds checks for WebAssembly: the embedded database runs on it.
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** The program inside a packed folder. */
export function packedProgram(context) {
  const { appOutDir, electronPlatformName, packager } = context;
  if (electronPlatformName === 'darwin') return path.join(appOutDir, `${packager.appInfo.productFilename}.app`);
  if (electronPlatformName === 'win32') return path.join(appOutDir, `${packager.appInfo.productFilename}.exe`);
  return path.join(appOutDir, packager.executableName);
}

/** electron-builder's afterPack hook: runs before signing. */
export default async function afterPack(context) {
  // Electron's own demo page has no business in a shipped app.
  rmSync(path.join(context.packager.getResourcesDir(context.appOutDir), 'default_app.asar'), { force: true });
  await flipFuses(packedProgram(context), {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin',
    ...FUSES,
  });
}
