import { bootstrap, main } from './bootstrap.mjs';
import { buildAll } from './setup/build.mjs';

/** `npm run build`: works on a fresh clone. */
await main(async () => {
  await bootstrap();
  await buildAll(process.argv.slice(2));
  return 0;
});
