// must fail: packages-of-core-vendors
import stripe from 'stripe';
export const used = stripe;
