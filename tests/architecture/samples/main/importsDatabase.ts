// must fail: packages-of-main
import pg from 'pg';
export const used = pg;
