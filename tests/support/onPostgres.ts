import { inject } from 'vitest';

/** Before each file of the test project `postgresql`: `openTestStore` takes its databases from the project's cluster. */
process.env['WEDSYNC_TEST_DATABASE_URL'] = inject('postgresServer');
