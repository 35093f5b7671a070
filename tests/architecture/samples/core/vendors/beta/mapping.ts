export const mapping = 1;
