// must fail: packages-of-egress
import pg from 'pg';
export const used = pg;
