export const work = (): Promise<number> => Promise.resolve(1);
