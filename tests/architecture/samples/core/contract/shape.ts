export type Shape = { readonly kind: 'a' } | { readonly kind: 'b' };
export const shape: Shape = { kind: 'a' };
