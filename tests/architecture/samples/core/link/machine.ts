export const machine = 1;
